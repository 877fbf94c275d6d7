/**
 * What trainers tell each other of cycles, beside their jobs: which one was planned last of each kind and how far the shop
 * was then. Invariant: a note is written after its cycle's jobs are there, so that one that is lost costs a plan, which
 * finds them.
 */
import { TRAINING_QUEUE, type TrainingMode } from '@nextcart/contracts';
import type { Redis } from 'ioredis';

export interface CycleNote {
  /** Of the `release` job. */
  readonly jobId: string;
  readonly topicId: string;
  /** Sum of the positions that it reaches to. */
  readonly positions: number;
  /** The shop's clock, epoch ms; null where it was not known. */
  readonly shopTime: number | null;
}

/** By mode; one that is trained again like a release of before stands beside them, and delays neither. */
export type CycleKind = TrainingMode | 'like';
/** Cycles of both modes are planned one after the other. */
type PlanKind = 'cycle' | 'like';

export interface CycleNotes {
  last(kind: CycleKind): Promise<CycleNote | null>;
  write(kind: CycleKind, note: CycleNote): Promise<void>;
  /**
   * Runs a job's work unless another job is at such a work: then undefined. A job that is taken over from a trainer that died
   * over it goes on at once.
   */
  alone<T>(kind: PlanKind, jobId: string, work: () => Promise<T>): Promise<T | undefined>;
}

/** Of a plan that its trainer died over; one takes some seconds. */
const PLAN_MS = 60_000;

/** Takes the key where nobody has it, or the same job. */
const TAKE_LOCK = `local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
/** Deletes the key only where it is still ours. */
const RELEASE_LOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

export const createCycleNotes = (redis: Redis, prefix: string): CycleNotes => {
  const key = (what: string, kind: CycleKind | PlanKind) => `${prefix}:${TRAINING_QUEUE}-cycles:${kind}:${what}`;
  return {
    last: async (kind) => {
      const text = await redis.get(key('last', kind));
      return text === null ? null : (JSON.parse(text) as CycleNote);
    },
    write: async (kind, note) => void (await redis.set(key('last', kind), JSON.stringify(note))),
    alone: async (kind, jobId, work) => {
      if ((await redis.eval(TAKE_LOCK, 1, key('lock', kind), jobId, PLAN_MS)) !== 1) return undefined;
      try {
        return await work();
      } finally {
        await redis.eval(RELEASE_LOCK, 1, key('lock', kind), jobId);
      }
    },
  };
};
