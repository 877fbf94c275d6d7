/** Numbers names from 0 on, in the order in which they are asked for first. */
export interface Numbering {
  of(name: string): number;
  /** -1 for a name that has none. */
  known(name: string): number;
  size(): number;
}

export const createNumbering = (): Numbering => {
  const numbers = new Map<string, number>();
  return {
    of: (name) => {
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    },
    known: (name) => numbers.get(name) ?? -1,
    size: () => numbers.size,
  };
};
