/** The things that were used last, by name; what has to go is handed to `drop`. */
export interface Kept<V> {
  get(name: string, make: () => Promise<V>): Promise<V>;
  clear(): Promise<void>;
}

export const createKept = <V>(most: number, drop: (value: V) => Promise<void> = async () => {}): Kept<V> => {
  const kept = new Map<string, V>();
  return {
    get: async (name, make) => {
      const known = kept.get(name);
      const value = known === undefined ? await make() : known;
      kept.delete(name); // to the end of the map's order
      kept.set(name, value);
      for (const [oldest, old] of kept) {
        if (kept.size <= most) break;
        kept.delete(oldest);
        await drop(old);
      }
      return value;
    },
    clear: async () => {
      for (const value of kept.values()) await drop(value);
      kept.clear();
    },
  };
};
