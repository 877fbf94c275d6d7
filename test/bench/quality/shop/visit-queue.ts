/**
 * Many streams, each in the order of its time, as one. A stream goes on to its next record just before its last is given
 * out: whoever reads a record finds the stream as it is after it.
 */
export interface VisitQueue<R> {
  add(stream: Iterator<R>): void;
  all(): Generator<R>;
}

export const createVisitQueue = <R extends { readonly at: number }>(): VisitQueue<R> => {
  /** A binary heap by time, then by number, so that equal times have an order. */
  const heap: { readonly record: R; readonly stream: Iterator<R>; readonly number: number }[] = [];
  let count = 0;
  const isBefore = (a: number, b: number): boolean => {
    const [one, other] = [heap[a], heap[b]];
    if (!one || !other) return one !== undefined;
    return one.record.at === other.record.at ? one.number < other.number : one.record.at < other.record.at;
  };
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[0], heap[a] as (typeof heap)[0]];
  };
  const push = (stream: Iterator<R>, number: number) => {
    const { done, value } = stream.next();
    if (done === true) return;
    heap.push({ record: value, stream, number });
    for (let at = heap.length - 1; at > 0 && isBefore(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
  };
  const take = () => {
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const child = isBefore(2 * at + 2, 2 * at + 1) ? 2 * at + 2 : 2 * at + 1;
      if (child >= heap.length || !isBefore(child, at)) return first;
      swap(at, child);
      at = child;
    }
  };
  return {
    add: (stream) => push(stream, count++),
    *all() {
      for (let next = take(); next !== undefined; next = take()) {
        push(next.stream, next.number);
        yield next.record;
      }
    },
  };
};
