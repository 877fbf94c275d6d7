import { expect, test } from 'vitest';
import { gateSchema } from './gate-settings.ts';
import type { Candidate } from './merge-artifacts.ts';
import { type RefitDeps, type RefitRequest, refitCandidate } from './refit.ts';

test('of passes at once that one fails, none still runs when the release goes on without them', async () => {
  let running = 0;
  let most = 0;
  const refit = async ({ kind }: RefitRequest) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, kind === 'recurrent' ? 1 : 50));
    running -= 1;
    throw new Error(`no ${kind}`);
  };
  const requests = (['recurrent', 'autoencoder'] as const).map((kind) => ({ kind }) as RefitRequest);
  const run = (atOnce: number) => {
    const deps = { refit, atOnce, gate: gateSchema.parse({}), signal: new AbortController().signal };
    return refitCandidate(deps as unknown as RefitDeps, {} as Candidate, {}, requests, {});
  };
  const { candidate, reason } = await run(2);
  expect({ candidate, reason, running, most }).toEqual({
    ...{ candidate: null, running: 0, most: 2 },
    reason: 'released as it was measured: the pass over the slice failed: no recurrent',
  });
  most = 0;
  await run(1);
  expect(most).toBe(1);
});
