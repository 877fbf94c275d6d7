/** The shop's language: needs, a category tree of three levels, and what titles are made of. All names are invented. */

export const needNames = [
  'running',
  'hiking',
  'cycling',
  'winter sports',
  'coffee and tea',
  'cooking',
  'home comfort',
  'gardening',
  'baby and family',
  'pets',
  'computing',
  'music and film',
  'style',
  'body care',
] as const;

export interface LeafSpec {
  readonly path: readonly [string, string, string];
  /** What an item is called: the last words of its title. */
  readonly nouns: readonly string[];
  /** Index into `needNames` → strength of the leaf in that need. */
  readonly needs: Readonly<Record<number, number>>;
  /** Median price in EUR. */
  readonly price: number;
  /** Bought again and again: repurchaseDays 0. */
  readonly consumable?: true;
  /** Name of the last level of the leaf whose items complete an item of this one. */
  readonly complement?: string;
  /** Day of the year of highest demand, and the amplitude in the exponent (0: none). */
  readonly peakDay?: number;
  readonly amplitude?: number;
}

const leaf = (
  path: LeafSpec['path'],
  nouns: readonly string[],
  needs: LeafSpec['needs'],
  price: number,
  rest: Omit<LeafSpec, 'path' | 'nouns' | 'needs' | 'price'> = {},
): LeafSpec => ({ path, nouns, needs, price, ...rest });

export const leafSpecs: readonly LeafSpec[] = [
  leaf(
    ['Sports', 'Running', 'Running shoes'],
    ['Trail running shoe', 'Road running shoe', 'Racing flat'],
    { 0: 1, 1: 0.2 },
    110,
    { complement: 'Running socks', peakDay: 120, amplitude: 0.3 },
  ),
  leaf(
    ['Sports', 'Running', 'Running socks'],
    ['Running sock', 'Compression sock', 'Merino sock'],
    { 0: 0.6, 1: 0.3 },
    14,
  ),
  leaf(
    ['Sports', 'Running', 'Sports watches'],
    ['GPS watch', 'Heart rate strap', 'Running watch'],
    { 0: 0.6, 2: 0.4, 10: 0.2 },
    220,
    { peakDay: 350, amplitude: 0.4 },
  ),
  leaf(['Sports', 'Outdoor', 'Hiking boots'], ['Hiking boot', 'Approach shoe', 'Trekking boot'], { 1: 1 }, 150, {
    complement: 'Backpacks',
    peakDay: 140,
    amplitude: 0.5,
  }),
  leaf(
    ['Sports', 'Outdoor', 'Backpacks'],
    ['Daypack', 'Trekking backpack', 'Hydration pack'],
    { 1: 0.8, 0: 0.2, 12: 0.2 },
    90,
    { peakDay: 160, amplitude: 0.4 },
  ),
  leaf(['Sports', 'Outdoor', 'Tents'], ['Two person tent', 'Family tent', 'Tarp'], { 1: 0.7, 8: 0.2 }, 240, {
    complement: 'Sleeping bags',
    peakDay: 170,
    amplitude: 1,
  }),
  leaf(
    ['Sports', 'Outdoor', 'Sleeping bags'],
    ['Down sleeping bag', 'Summer sleeping bag', 'Sleeping mat'],
    { 1: 0.6 },
    95,
    { peakDay: 170, amplitude: 0.8 },
  ),
  leaf(['Sports', 'Cycling', 'Bicycles'], ['Gravel bike', 'City bike', 'Folding bike'], { 2: 0.8 }, 900, {
    complement: 'Bike parts',
    peakDay: 110,
    amplitude: 0.7,
  }),
  leaf(['Sports', 'Cycling', 'Bike parts'], ['Bike light', 'Bike lock', 'Bottle cage', 'Bike pump'], { 2: 1 }, 30, {
    peakDay: 110,
    amplitude: 0.4,
  }),
  leaf(['Sports', 'Winter', 'Skis'], ['Touring ski', 'Alpine ski', 'Cross-country ski'], { 3: 1 }, 420, {
    complement: 'Ski wear',
    peakDay: 350,
    amplitude: 1.4,
  }),
  leaf(['Sports', 'Winter', 'Ski wear'], ['Ski jacket', 'Ski glove', 'Ski goggles'], { 3: 0.9, 12: 0.2 }, 130, {
    peakDay: 350,
    amplitude: 1.2,
  }),
  leaf(
    ['Kitchen', 'Coffee', 'Espresso machines'],
    ['Espresso machine', 'Filter coffee maker', 'Coffee grinder'],
    { 4: 0.8, 5: 0.2 },
    330,
    { complement: 'Coffee beans', peakDay: 340, amplitude: 0.3 },
  ),
  leaf(['Kitchen', 'Coffee', 'Coffee beans'], ['Espresso beans', 'Filter roast', 'Decaf beans'], { 4: 1 }, 16, {
    consumable: true,
  }),
  leaf(['Kitchen', 'Coffee', 'Tea'], ['Green tea', 'Earl grey', 'Herbal infusion'], { 4: 0.7, 13: 0.2 }, 9, {
    consumable: true,
    peakDay: 340,
    amplitude: 0.4,
  }),
  leaf(['Kitchen', 'Cooking', 'Pans'], ['Cast iron pan', 'Frying pan', 'Saucepan', 'Wok'], { 5: 1 }, 60, {
    complement: 'Oils and spices',
  }),
  leaf(['Kitchen', 'Cooking', 'Knives'], ["Chef's knife", 'Bread knife', 'Paring knife'], { 5: 0.9 }, 70, {
    complement: 'Pans',
  }),
  leaf(
    ['Kitchen', 'Cooking', 'Oils and spices'],
    ['Olive oil', 'Smoked paprika', 'Sea salt', 'Curry blend'],
    { 5: 0.8 },
    11,
    { consumable: true },
  ),
  leaf(['Home', 'Living', 'Blankets'], ['Wool blanket', 'Fleece throw', 'Quilt'], { 6: 1 }, 55, {
    peakDay: 345,
    amplitude: 0.8,
  }),
  leaf(['Home', 'Living', 'Lamps'], ['Desk lamp', 'Floor lamp', 'Pendant light'], { 6: 0.8, 10: 0.2 }, 80, {
    peakDay: 330,
    amplitude: 0.3,
  }),
  leaf(['Home', 'Living', 'Candles'], ['Scented candle', 'Pillar candle', 'Tea light set'], { 6: 0.6, 13: 0.2 }, 18, {
    consumable: true,
    peakDay: 345,
    amplitude: 0.8,
  }),
  leaf(['Home', 'Garden', 'Garden tools'], ['Pruning shears', 'Spade', 'Watering can'], { 7: 1 }, 35, {
    complement: 'Seeds and soil',
    peakDay: 120,
    amplitude: 1.1,
  }),
  leaf(
    ['Home', 'Garden', 'Seeds and soil'],
    ['Tomato seeds', 'Potting soil', 'Herb seeds', 'Wildflower mix'],
    { 7: 0.9 },
    7,
    { consumable: true, peakDay: 100, amplitude: 1.2 },
  ),
  leaf(['Family', 'Baby', 'Pushchairs'], ['Pushchair', 'Baby carrier', 'Travel cot'], { 8: 0.7 }, 310, {
    complement: 'Nappies',
  }),
  leaf(['Family', 'Baby', 'Nappies'], ['Nappies', 'Wet wipes', 'Training pants'], { 8: 0.9 }, 22, { consumable: true }),
  leaf(['Family', 'Toys', 'Building sets'], ['Building set', 'Marble run', 'Wooden railway'], { 8: 0.7, 11: 0.1 }, 45, {
    peakDay: 350,
    amplitude: 1,
  }),
  leaf(['Family', 'Pets', 'Pet food'], ['Dry dog food', 'Cat food', 'Bird seed'], { 9: 1 }, 26, { consumable: true }),
  leaf(['Family', 'Pets', 'Pet beds'], ['Dog bed', 'Cat tree', 'Cat cave'], { 9: 0.7, 6: 0.1 }, 58, {
    complement: 'Pet food',
  }),
  leaf(['Electronics', 'Computers', 'Laptops'], ['Ultrabook', 'Gaming laptop', 'Convertible laptop'], { 10: 1 }, 950, {
    complement: 'Computer accessories',
    peakDay: 335,
    amplitude: 0.4,
  }),
  leaf(
    ['Electronics', 'Computers', 'Computer accessories'],
    ['Mechanical keyboard', 'Wireless mouse', 'USB-C hub', 'Laptop sleeve'],
    { 10: 0.9 },
    45,
  ),
  leaf(
    ['Electronics', 'Audio', 'Headphones'],
    ['Over-ear headphones', 'Earbuds', 'Studio headphones'],
    { 11: 1, 10: 0.3, 0: 0.1 },
    120,
    { peakDay: 340, amplitude: 0.4 },
  ),
  leaf(
    ['Electronics', 'Audio', 'Loudspeakers'],
    ['Bluetooth speaker', 'Bookshelf speaker', 'Soundbar'],
    { 11: 0.8, 6: 0.2 },
    190,
  ),
  leaf(['Fashion', 'Clothing', 'Jackets'], ['Rain jacket', 'Down jacket', 'Denim jacket'], { 12: 0.8, 1: 0.4 }, 120, {
    peakDay: 300,
    amplitude: 0.6,
  }),
  leaf(['Fashion', 'Clothing', 'T-shirts'], ['Cotton t-shirt', 'Striped t-shirt', 'Linen t-shirt'], { 12: 1 }, 25, {
    peakDay: 175,
    amplitude: 0.6,
  }),
  leaf(
    ['Fashion', 'Shoes', 'Sneakers'],
    ['Leather sneaker', 'Canvas sneaker', 'Slip-on sneaker'],
    { 12: 0.9, 0: 0.1 },
    85,
    { complement: 'Running socks' },
  ),
  leaf(['Beauty', 'Skin', 'Face care'], ['Day cream', 'Cleansing foam', 'Face serum'], { 13: 1 }, 24, {
    consumable: true,
  }),
  leaf(['Beauty', 'Skin', 'Sun care'], ['Sun lotion', 'Sun spray', 'After sun gel'], { 13: 0.7, 1: 0.2 }, 17, {
    consumable: true,
    peakDay: 180,
    amplitude: 1.5,
  }),
];

/** Each brand has its place on the price scale: the first are cheap, the last dear. */
export const brands = [
  'Plainwell',
  'Kettle & Co',
  'Oakline',
  'Fernby',
  'Tidewater',
  'Morrow',
  'Halden',
  'Brightside',
  'Nordpike',
  'Lumo',
  'Asterly',
  'Quillon',
  'Verano',
  'Stonefold',
  'Kestrel',
  'Marlowe',
  'Aldercrest',
  'Vantor',
  'Sorrel & Finch',
  'Belmonte',
] as const;

/** Names of series: with the noun they make a title. */
export const series = [
  'Aster',
  'Breeze',
  'Cinder',
  'Delta',
  'Ember',
  'Fjord',
  'Glade',
  'Harbour',
  'Iris',
  'Juniper',
  'Kite',
  'Lark',
  'Meadow',
  'Nova',
  'Orbit',
  'Pebble',
  'Quartz',
  'Ridge',
  'Summit',
  'Thistle',
  'Umber',
  'Vale',
  'Willow',
  'Zephyr',
] as const;

/** Second names, for shops with many items of a kind. */
export const variants = [
  '',
  'Classic',
  'Light',
  'Pro',
  'Mini',
  'Plus',
  'Eco',
  'Studio',
  'Travel',
  'Select',
  'Prime',
  'Duo',
] as const;

export const colours = ['black', 'white', 'navy', 'olive', 'sand', 'rust', 'slate', 'teal', 'plum', 'moss'] as const;
