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

  /** Items of the attention that can have neighbours, -1 elsewhere, and how much of the attention is theirs. */
  const hear = ({ history, now, attention }: ScoringRequest) => {
    const items = new Int32Array(attention.length).fill(-1);
    let mass = 0;
    for (let event = 0; event < attention.length; event += 1) {
      const item = attention.items[event] as number;
      if (item < 0 || known[item] !== 1) continue;
      if (now - (history.times[attention.cells[event] as number] as number) > configuration.horizonMs) continue;
      items[event] = item;
      mass += attention.weights[event] as number;
    }
    return { items, mass };
  };

  return {
    source: 'neighbours',
    dense: false,
    score: (requests, sheets) => {
      requests.forEach((request, b) => {
        const sheet = sheets[b];
        if (sheet === undefined) return;
        const { attention } = request;
        const { items, mass } = hear(request);
        const share = mass / attention.total;
        neighbours.score(items, attention.weights, attention.length, share, sheet);
      });
    },
    without: (request, candidates, _scores, events, out) => {
      const { attention } = request;
      const { items, mass } = hear(request);
      neighbours.without(events, candidates, out);
      events.forEach((event, k) => {
        const weight = attention.weights[event] as number;
        const share = (items[event] === -1 ? mass : mass - weight) / (attention.total - weight);
        for (let slot = 0; slot < candidates.length; slot += 1) {
          const at = k * candidates.length + slot;
          out[at] = share > 0 ? share * (out[at] as number) : 0;
        }
      });
    },
  };
};
