/** What the shop's people remember between visits, in columns: about 60 bytes a person. */
export interface Memory {
  /** Number of the session that is open, or was the last. */
  readonly sessions: Uint32Array;
  /** Bit d: device d is signed in. */
  readonly signedIn: Uint8Array;
  /** Looked at last and not bought, or −1. */
  readonly abandoned: Int32Array;
  /** Bought item whose complement is wanted, or −1, and until when. */
  readonly completing: Int32Array;
  readonly completingUntil: Float64Array;
  /** Consumable that was bought last, or −1, and when. */
  readonly staple: Int32Array;
  readonly stapleAt: Float64Array;
  /** [person, REMEMBERED] items bought last, −1 where none. */
  readonly bought: Int32Array;
}

export const REMEMBERED = 4;

export const createMemory = (people: number): Memory => ({
  sessions: new Uint32Array(people),
  signedIn: new Uint8Array(people),
  abandoned: new Int32Array(people).fill(-1),
  completing: new Int32Array(people).fill(-1),
  completingUntil: new Float64Array(people),
  staple: new Int32Array(people).fill(-1),
  stapleAt: new Float64Array(people),
  bought: new Int32Array(people * REMEMBERED).fill(-1),
});

export const hasBought = (memory: Memory, person: number, item: number): boolean => {
  for (let i = person * REMEMBERED; i < (person + 1) * REMEMBERED; i += 1) if (memory.bought[i] === item) return true;
  return false;
};

export const rememberBought = (memory: Memory, person: number, item: number): void => {
  const from = person * REMEMBERED;
  memory.bought.copyWithin(from + 1, from, from + REMEMBERED - 1);
  memory.bought[from] = item;
};
