import { z } from 'zod';
import { type Finding, ill, well } from './finding.ts';

const TIMEOUT_MS = 3000;
const reportShape = z.object({
  ok: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
});

/** Services of the local stack by their URLs: what each says of itself. */
export const checkServices = async (services: Readonly<Record<string, string>>): Promise<Finding[]> => {
  const findings = await Promise.all(
    Object.entries(services).map(async ([name, url]): Promise<Finding[]> => {
      try {
        const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
        const { ok, checks } = reportShape.parse(await response.json());
        if (ok) return [well(`service ${name}`, 'well')];
        return Object.entries(checks)
          .filter(([, check]) => !check.ok)
          .map(([check, { detail }]) => ill(`service ${name}: ${check}`, detail, `see ${url}/health and its log`));
      } catch (error) {
        const reason =
          error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
        return [ill(`service ${name}`, `does not answer at ${url}: ${reason}`, 'start it again with `npm start`')];
      }
    }),
  );
  return findings.flat();
};
