/**
 * Makes a cycle of what the store has by now. Invariants: the newest slice is read by no training of the cycle and begins
 * behind what the champion and the anchor have learned, so that the gate measures over what nothing has learned from; one
 * cycle at a time; the same store gives the same cycle.
 */
import { countTrainingEvents, cutByTime, readPositions, type Store } from '@nextcart/clickhouse';
import {
  type LogSlice,
  type ModelKind,
  modelKinds,
  type ParentRelease,
  type PlanPayload,
  type PlanResult,
  type TrainingMode,
} from '@nextcart/contracts';
import type { Logger } from '@nextcart/runtime';
import type { ReleasePlace } from './data-folders.ts';
import { mostEvents } from './data-set/data-memory.ts';
import { type TrainingSettings, typesOf } from './data-set/settings.ts';
import { behind, furthest, positionsIn } from './log-ranges.ts';
import { openParent } from './open-parent.ts';
import type { Cycle, TrainingQueue } from './queue.ts';
import { nextOfRivals } from './release/rivals.ts';
import type { ReleasesInForce } from './release-in-force.ts';

export interface PlanDeps extends ReleasePlace {
  readonly log: Logger;
  readonly store: Store;
  /** Of the events' topic. */
  readonly topicId: () => Promise<string>;
  readonly settings: TrainingSettings;
  readonly line: ReleasesInForce['line'];
  /** The shop's clock, epoch ms; null before its first event. */
  readonly shopTime: () => Promise<number | null>;
  readonly queue: Pick<TrainingQueue, 'addCycle' | 'notes' | 'isPending'>;
  /** That a training may take: a full one learns from the newest events that it has room for. */
  readonly memoryBytes: number;
  /** Positions that the first cycle of a log wants. */
  readonly firstEvents: number;
}

/** Where the gate let nothing pass yet, a full training comes again when there is a quarter more, not by the minute. */
const GROWTH = 1.25;

/** `jobId`: of the plan itself. */
export const planCycle = async (deps: PlanDeps, jobId: string, plan: PlanPayload): Promise<PlanResult> => {
  const { queue, settings, shopTime } = deps;
  const topicId = await deps.topicId();
  const served = await deps.line();
  const inForce = served.at(-1);
  const champion = inForce ? await openParent(deps, inForce, topicId) : null;
  const next = champion?.next ?? NOTHING_LEARNED;
  const known = furthest([next, await nextOfRivals(deps.artifacts, served, topicId)]);
  const mode = champion?.release ? plan.mode : 'full';
  const planned = await queue.notes.alone('cycle', jobId, async (): Promise<PlanResult> => {
    // beside one of the other mode it would be measured over what that one's release has learned by then
    for (const each of ['full', 'warm'] as const) {
      const before = await queue.notes.last(each);
      if (before && (await queue.isPending(before.jobId)))
        return { jobId: null, why: `${before.jobId}, the ${each} cycle before, has not ended` };
    }
    const last = await queue.notes.last(mode);
    const isFirst = champion === null && last?.topicId !== topicId;
    const wanted = isFirst ? deps.firstEvents : settings.cycle.minEvents;
    const found = await sliced(deps, { mode, topicId, wanted }, { next, known });
    if (typeof found === 'string') return { jobId: null, why: found };
    const { positions, ...slices } = found;
    if (plan.mode !== mode && last?.topicId === topicId && positions < GROWTH * last.positions) {
      const why = `none is in force that can be gone on from, and ${last.jobId} has learned from nearly all that is there`;
      return { jobId: null, why };
    }
    const parent = mode === 'warm' ? (champion?.release ?? null) : null;
    const now = await shopTime();
    const release = await queue.addCycle(cycleOf(settings, plan, { parent, topicId, ...slices }));
    await queue.notes.write(mode, { jobId: release, topicId, positions, shopTime: now });
    return { jobId: release, why: null };
  });
  return planned ?? { jobId: null, why: 'another trainer plans a cycle' };
};

const NOTHING_LEARNED: ReadonlyMap<number, number> = new Map();

interface Slices {
  readonly ranges: readonly LogSlice[];
  readonly slice: readonly LogSlice[];
}

interface Learned {
  /** Where a warm start from the release in force goes on. */
  readonly next: ReadonlyMap<number, number>;
  /** Where what nobody has learned begins of whom the gate compares with. */
  readonly known: ReadonlyMap<number, number>;
}

/** What a mode reads in two, or why there is nothing to be made of it. */
const sliced = async (
  deps: PlanDeps,
  { mode, topicId, wanted }: { readonly mode: TrainingMode; readonly topicId: string; readonly wanted: number },
  { next, known }: Learned,
): Promise<(Slices & { readonly positions: number }) | string> => {
  const { store, settings } = deps;
  const partitions = await readPositions(store, 'events', topicId);
  const log = partitions.map((at) => ({ partition: at.partition, from: 0, to: at.next }));
  const unseen = positionsIn(behind(log, known));
  if (unseen < wanted) {
    const more =
      positionsIn(behind(log, next)) < wanted ? '' : ': the anchor has learned more than the release in force';
    return `${unseen} positions are new, ${wanted} are wanted${more}`;
  }
  const there = (mode === 'warm' ? behind(log, next) : log).filter(({ from, to }) => from < to);
  const all = mode === 'full' ? await newestOf(deps, { topicId, ranges: there }) : there;
  const cuts = await cutByTime(store, { topicId, ranges: all }, settings.cycle.sliceShare[mode]);
  // champion and anchor are measured over the slice as well: what they learned from can't be in it
  const slice = behind(
    all.map((range, at) => ({ ...range, from: cuts[at] as number })),
    known,
  );
  const ranges = all.map((range, at) => ({ ...range, to: (slice[at] as LogSlice).from }));
  for (const [what, some] of Object.entries({ 'be learned from': ranges, 'be measured over': slice }))
    if (some.every(({ from, to }) => from === to)) return `nothing is there to ${what}`;
  // those in which nothing is new count as well: the shop is watched by all of them
  return { ranges, slice, positions: positionsIn(log) };
};

/** What memory has room for, newest first, of whole slices of the log; a warm start has a limit of its own. */
const newestOf = async (
  { store, settings, memoryBytes, log }: PlanDeps,
  read: { readonly topicId: string; readonly ranges: readonly LogSlice[] },
): Promise<readonly LogSlice[]> => {
  const events = await countTrainingEvents(store, { ...read, types: typesOf(settings) });
  const most = mostEvents(memoryBytes);
  if (events <= most) return read.ranges;
  log.warn({ events, most, share: most / events, setting: 'TRAINER_MEMORY_GIB' }, 'newest_events_only');
  const firsts = await cutByTime(store, read, most / events);
  return read.ranges.map((range, at) => ({ ...range, from: firsts[at] as number })).filter(({ from, to }) => from < to);
};

const cycleOf = (
  settings: TrainingSettings,
  { seed, budget }: PlanPayload,
  data: Slices & { readonly parent: ParentRelease | null; readonly topicId: string },
): Cycle => {
  const { slice, ...training } = data;
  const epochs: Record<ModelKind, number> = data.parent
    ? { recurrent: settings.warm.epochs, autoencoder: settings.warm.epochs }
    : { recurrent: budget.epochs, autoencoder: settings.autoencoder.epochFactor * budget.epochs };
  return {
    trainings: modelKinds.map((kind) => ({ kind, ...training, seed, budget: { ...budget, epochs: epochs[kind] } })),
    // once over the slice: it is as much as a warm start's new events
    release: { ...training, slice, seed, budget: { ...budget, epochs: 1 } },
  };
};
