/** A binary heap of (time, slot) in typed arrays; of equal times the one with the lower slot comes first. */
export interface TimeHeap {
  size(): number;
  /** Time of the first; Infinity where empty. */
  time(): number;
  slot(): number;
  push(time: number, slot: number): void;
  /** Replaces the first: one descent in place of two. */
  replace(time: number, slot: number): void;
  pop(): void;
}

export const createTimeHeap = (capacity: number): TimeHeap => {
  let times = new Float64Array(Math.max(16, capacity));
  let slots = new Int32Array(times.length);
  let size = 0;

  const before = (timeA: number, slotA: number, b: number): boolean => {
    const timeB = times[b] as number;
    return timeA < timeB || (timeA === timeB && slotA < (slots[b] as number));
  };
  const put = (at: number, time: number, slot: number) => {
    times[at] = time;
    slots[at] = slot;
  };
  const sink = (time: number, slot: number) => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && before(times[child + 1] as number, slots[child + 1] as number, child)) child += 1;
      if (before(time, slot, child)) break;
      put(at, times[child] as number, slots[child] as number);
      at = child;
    }
    put(at, time, slot);
  };
  return {
    size: () => size,
    time: () => (size === 0 ? Number.POSITIVE_INFINITY : (times[0] as number)),
    slot: () => slots[0] as number,
    push: (time, slot) => {
      if (size === times.length) {
        const wider = new Float64Array(size * 2);
        wider.set(times);
        times = wider;
        const widerSlots = new Int32Array(size * 2);
        widerSlots.set(slots);
        slots = widerSlots;
      }
      let at = size;
      size += 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(time, slot, parent)) break;
        put(at, times[parent] as number, slots[parent] as number);
        at = parent;
      }
      put(at, time, slot);
    },
    replace: sink,
    pop: () => {
      size -= 1;
      if (size > 0) sink(times[size] as number, slots[size] as number);
    },
  };
};
