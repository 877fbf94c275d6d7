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
  readonly length: number;
  /** Resolves when there is something to take, or the signal ends. */
  wait(signal: AbortSignal): Promise<void>;
}

export const createWorkQueue = (deps: { needsState: (work: Work) => void }): WorkQueue => {
  let works: Work[] = [];
  let head = 0;
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
      const work: Work = { subject, triggers: [], forced: false, extra: [] };
      subject.work = work;
      subject.home.open.add(work);
      ready(work);
      return work;
    },
    take: (max) => {
      const taken: Work[] = [];
      while (taken.length < max && head < works.length) {
        const work = works[head] as Work;
        head += 1;
        if (work.subject.home.closed) continue;
        work.subject.work = null;
        work.subject.inFlight += 1;
        taken.push(work);
      }
      if (head > 1024 && 2 * head > works.length) {
        works = works.slice(head);
        head = 0;
      }
      return taken;
    },
    done: (work) => {
      work.subject.inFlight -= 1;
      work.subject.home.open.delete(work);
    },
    get length() {
      return works.length - head;
    },
    wait: (signal) =>
      new Promise((resolve) => {
        if (works.length > head || signal.aborted) {
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
