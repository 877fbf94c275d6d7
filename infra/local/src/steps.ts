/** What a person sees while things start: each step with its time, and what happens inside it indented. */
export interface Steps {
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  readonly say: (line: string) => void;
  readonly detail: (line: string) => void;
}

export const createSteps = (write: (text: string) => void, now: () => number = () => performance.now()): Steps => {
  const startedAt = now();
  const seconds = (sinceMs: number): string => `${((now() - sinceMs) / 1000).toFixed(1)} s`;
  return {
    async run(name, work) {
      const stepAt = now();
      write(`▸ ${name}\n`);
      const result = await work();
      write(`✓ ${name}: ${seconds(stepAt)} (${seconds(startedAt)} since the start)\n`);
      return result;
    },
    say: (line) => write(`${line}\n`),
    detail: (line) => write(`    ${line}\n`),
  };
};
