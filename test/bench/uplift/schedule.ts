/** What is to happen at times of the shop's clock, before the first record that is as late. */
export interface Schedule {
  /** Does what is due by a time, in the order of the times; what is due at once in the order of the deeds. */
  until(time: number): Promise<void>;
}

export interface Deed {
  readonly everyMs: number;
  /** `at`: when it was due, epoch ms. */
  readonly act: (at: number) => Promise<void>;
}

export const createSchedule = (from: number, deeds: readonly Deed[]): Schedule => {
  const due = deeds.map(({ everyMs }) => from + everyMs);
  return {
    until: async (time) => {
      for (;;) {
        const at = Math.min(...due);
        if (!(at <= time)) return;
        const next = due.indexOf(at);
        const { everyMs, act } = deeds[next] as Deed;
        due[next] = at + everyMs;
        await act(at);
      }
    },
  };
};
