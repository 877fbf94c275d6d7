import type { Subject, Work } from './subject.ts';

/**
 * Subjects whose lists are to be made, each once, in the order of their first trigger. An event of a subject that waits
 * joins its work: that is the coalescing under load.
 */
export interface WorkQueue {
  /** The subject's waiting work, or a new one. */
  open(subject: Subject): Work;
  /** A work whose subject has become warm, or whose partition has been read back. */
  ready(work: Work): void;
  /** At most `max` works whose subjects are warm. They are in flight until `done`. */
  take(max: number): Work[];
  done(work: Work): void;
  length(): number;
  /** Resolves when there is something to take, or the signal ends. */
  wait(signal: AbortSignal): Promise<void>;
}

export const createWorkQueue = (deps: { needsState: (work: Work) => void }): WorkQueue => {
  const works: Work[] = [];
  let wake: (() => void) | undefined;

  const ready = (work: Work) => {
    const { subject } = work;
    if (subject.home.closed) return;
    if (subject.state === null) deps.needsState(work);
    else if (!subject.home.learned) subject.home.held.push(work);
    else {
      works.push(work);
      wake?.();
    }
  };

  return {
    ready,
    open: (subject) => {
      if (subject.work !== null) return subject.work;
      const work: Work = {
        ...{ subject, triggers: [], laterFrom: Number.POSITIVE_INFINITY },
        ...{ forced: false, visitEnded: false, extra: [] },
      };
      subject.work = work;
      subject.home.open.add(work);
      ready(work);
      return work;
    },
    take: (max) => {
      const taken: Work[] = [];
      let seen = 0;
      for (; taken.length < max && seen < works.length; seen += 1) {
        const work = works[seen] as Work;
        if (work.subject.home.closed) continue;
        work.subject.work = null;
        work.subject.inFlight += 1;
        work.laterFrom = work.subject.home.next;
        taken.push(work);
      }
      works.splice(0, seen); // what was taken must not stay reachable: it would outlive the young generation
      return taken;
    },
    done: (work) => {
      work.subject.inFlight -= 1;
      work.subject.home.open.delete(work);
    },
    length: () => works.length,
    wait: (signal) =>
      new Promise((resolve) => {
        if (works.length > 0 || signal.aborted) {
          resolve();
          return;
        }
        const end = () => {
          wake = undefined;
          signal.removeEventListener('abort', end);
          resolve();
        };
        wake = end;
        signal.addEventListener('abort', end, { once: true });
      }),
  };
};
