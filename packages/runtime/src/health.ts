/** One thing that must be well for the process to serve; `detail` is for the person on call. */
export interface HealthCheck {
  readonly ok: boolean;
  readonly detail: string;
}

export interface Health {
  /** Registers a check; it is called at each request and must not wait on anything. */
  add(name: string, check: () => HealthCheck): void;
  /** Every check's answer, and whether all are well. */
  report(): { ok: boolean; checks: Record<string, HealthCheck> };
}

/** A check that throws is not well: a probe must never bring down what it looks at. */
const ask = (check: () => HealthCheck): HealthCheck => {
  try {
    return check();
  } catch (error) {
    return { ok: false, detail: `the check itself failed: ${error instanceof Error ? error.message : String(error)}` };
  }
};

export const createHealth = (): Health => {
  const checks = new Map<string, () => HealthCheck>();
  return {
    add: (name, check) => void checks.set(name, check),
    report: () => {
      const answers = Object.fromEntries([...checks].map(([name, check]) => [name, ask(check)]));
      return { ok: Object.values(answers).every((answer) => answer.ok), checks: answers };
    },
  };
};
