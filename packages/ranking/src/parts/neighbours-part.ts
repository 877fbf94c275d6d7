import type { ItemIndex, SnapshotPayloads } from '@nextcart/contracts';
import { createSessionNeighbours } from '@nextcart/models';
import type { RankingConfiguration } from '../configuration.ts';
import type { ScoringPart, ScoringRequest } from '../scoring.ts';

/**
 * Sessions like the subject's (models, session-neighbours.ts), times the share of its attention that has neighbours at
 * all: a subject that is a riddle to the sessions is not explained by the one click that they know.
 */
export const createNeighboursPart = (deps: {
  sessions: SnapshotPayloads['sessions'];
  index: ItemIndex;
  configuration: RankingConfiguration['neighbours'];
}): ScoringPart => {
  const { sessions, index, configuration } = deps;
  const toIndex = Int32Array.from(sessions.items, (id) => index.add(id));
  const columns = sessions.columns.map((position) => toIndex[position] as number);
  const itemCount = index.size;
  const known = new Uint8Array(itemCount);
  for (const item of columns) known[item] = 1;
  const neighbours = createSessionNeighbours({ ...sessions, columns }, itemCount, configuration);

  /** By event: the item of the attention where it can have neighbours, else -1. */
  let heard = new Int32Array(128);
  /** Fills `heard`; how much of the attention has neighbours. */
  const hear = ({ history, now, attention }: ScoringRequest): number => {
    if (heard.length < attention.length) heard = new Int32Array(attention.length);
    let mass = 0;
    for (let event = 0; event < attention.length; event += 1) {
      const item = attention.items[event] as number;
      const time = history.times[attention.cells[event] as number] as number;
      const speaks = item >= 0 && item < itemCount && known[item] === 1 && now - time <= configuration.horizonMs;
      heard[event] = speaks ? item : -1;
      if (speaks) mass += attention.weights[event] as number;
    }
    return mass;
  };

  return {
    source: 'neighbours',
    score: (request, sheet) => {
      const { attention } = request;
      const share = hear(request) / attention.total;
      neighbours.score(heard, attention.weights, attention.length, share, sheet);
    },
    without: (request, candidates, _scores, events, out) => {
      const { attention } = request;
      const mass = hear(request);
      neighbours.without(events, candidates, out);
      for (let k = 0; k < events.length; k += 1) {
        const event = events[k] as number;
        const weight = attention.weights[event] as number;
        const share = (heard[event] === -1 ? mass : mass - weight) / (attention.total - weight);
        const base = k * candidates.length;
        for (let slot = 0; slot < candidates.length; slot += 1)
          out[base + slot] = share > 0 ? share * (out[base + slot] as number) : 0;
      }
    },
  };
};
