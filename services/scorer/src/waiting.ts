/** What the process waits for at the moment, by who waits; health tells it. */
export interface Waiting {
  set(who: string, why: string): void;
  clear(who: string): void;
  /** Null where nothing is waited for. */
  text(): string | null;
}

export const createWaiting = (): Waiting => {
  const reasons = new Map<string, string>();
  return {
    set: (who, why) => void reasons.set(who, why),
    clear: (who) => void reasons.delete(who),
    text: () => (reasons.size === 0 ? null : [...reasons].map(([who, why]) => `${who}: ${why}`).join('; ')),
  };
};
