/** What a catalogue says of an item, as far as it tells what resembles what. */
export interface ContentItem {
  readonly title: string;
  /** From the widest to the narrowest; empty: unknown. */
  readonly category: readonly string[];
  /** Empty: unknown. */
  readonly brand: string;
  /** NaN: unknown. */
  readonly price: number;
  /** Prices are compared within it; absent: there is one for all. */
  readonly currency?: string;
}
