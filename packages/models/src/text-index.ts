import { type Best, createBest } from './best.ts';

/**
 * Documents as weighted tokens, searched by tokens.
 * Invariants: an answer is a function of the set of documents, whatever order they came in and however they are
 * numbered (counts are whole numbers, sums run in the order of the query's tokens, ties go by id); no document is
 * answered for a token that more than `commonest` documents have, which bounds the cost of a query.
 */
export interface WeightedToken {
  readonly token: string;
  readonly weight: number;
}

export interface Hits {
  /** [hits] document numbers, best first. */
  readonly documents: Int32Array;
  /** [hits] in 0..1. */
  readonly scores: Float64Array;
}

export interface TextIndex {
  /** Changes whenever an answer may change. */
  readonly version: number;
  /** Documents that have the token. */
  readonly support: (token: string) => number;
  /** Puts, replaces or (no tokens) removes a document. Tokens must be distinct. */
  set(document: number, tokens: readonly WeightedToken[]): void;
  tokens(document: number): readonly WeightedToken[];
  /**
   * Best `limit` documents. 'cosine': tf-idf cosine, for document against document. 'coverage': share of the query's
   * idf weight that the document has, ties broken by cosine, for a short query against documents.
   */
  search(query: readonly WeightedToken[], measure: 'cosine' | 'coverage', limit: number): Hits;
}

interface Posting {
  readonly documents: number[];
  readonly weights: number[];
}
const NONE: readonly WeightedToken[] = [];
/** How much of a coverage score is the cosine: enough to order equals, too little to overrule a matched word. */
const COSINE_SHARE = 0.2;

const NO_HITS: Hits = { documents: new Int32Array(0), scores: new Float64Array(0) };

export const createTextIndex = (deps: { commonest: number; id: (document: number) => string }): TextIndex => {
  const { commonest, id } = deps;
  const postings = new Map<string, Posting>();
  const byDocument = new Map<number, readonly WeightedToken[]>();
  /** By document, zero between searches: what a document has gained so far, then its score. */
  let sums = new Float64Array(1024);
  /** By document, with the version that they are of: so that a search costs its postings and no more. */
  let norms = new Float64Array(1024);
  let normVersions = new Int32Array(1024);
  /** Documents that a search has met; one is met once. */
  let touched = new Int32Array(1024);
  const selections = new Map<number, Best>();

  const makeRoom = (document: number) => {
    if (document < sums.length) return;
    const widen = <A extends Float64Array | Int32Array>(cells: A, wider: A): A => {
      wider.set(cells);
      return wider;
    };
    const length = Math.max(document + 1, 2 * sums.length);
    sums = widen(sums, new Float64Array(length));
    norms = widen(norms, new Float64Array(length));
    normVersions = widen(normVersions, new Int32Array(length));
    touched = new Int32Array(length);
  };
  const selectionOf = (limit: number): Best => {
    const known = selections.get(limit);
    if (known !== undefined) return known;
    const fresh = createBest(limit, id);
    selections.set(limit, fresh);
    return fresh;
  };

  // ln is smooth: a token of every document weighs little, never nothing
  const idf = (documents: number) => Math.log(1 + byDocument.size / documents);
  const idfOf = (token: string) => idf(postings.get(token)?.documents.length ?? 1);

  const remove = (document: number) => {
    for (const { token } of byDocument.get(document) ?? NONE) {
      const posting = postings.get(token) as Posting;
      const at = posting.documents.indexOf(document);
      posting.documents.splice(at, 1);
      posting.weights.splice(at, 1);
      if (posting.documents.length === 0) postings.delete(token);
    }
    byDocument.delete(document);
  };

  const norm = (tokens: readonly WeightedToken[]) => {
    let sum = 0;
    for (const { token, weight } of tokens) sum += (weight * idfOf(token)) ** 2;
    return Math.sqrt(sum);
  };
  const normOf = (document: number): number => {
    if (normVersions[document] !== index.version) {
      norms[document] = norm(byDocument.get(document) ?? NONE);
      normVersions[document] = index.version;
    }
    return norms[document] as number;
  };

  // a plain figure: a getter in a literal makes the whole object a dictionary to V8, its methods too
  const index: { -readonly [K in keyof TextIndex]: TextIndex[K] } = {
    version: 0,
    support: (token) => postings.get(token)?.documents.length ?? 0,
    tokens: (document) => byDocument.get(document) ?? NONE,
    set: (document, tokens) => {
      index.version += 1;
      remove(document);
      if (tokens.length === 0) return;
      makeRoom(document);
      byDocument.set(document, tokens);
      for (const { token, weight } of tokens) {
        const posting = postings.get(token);
        if (posting === undefined) postings.set(token, { documents: [document], weights: [weight] });
        else {
          posting.documents.push(document);
          posting.weights.push(weight);
        }
      }
    },
    search: (query, measure, limit) => {
      let met = 0;
      let asked = 0;
      for (const { token, weight } of query) {
        const posting = postings.get(token);
        const rarity = idf(posting?.documents.length ?? 1);
        asked += weight * rarity;
        if (posting === undefined || posting.documents.length > commonest) continue;
        const { documents, weights } = posting;
        const share = measure === 'coverage' ? weight * rarity : weight * rarity * rarity;
        for (let i = 0; i < documents.length; i += 1) {
          const document = documents[i] as number;
          if (sums[document] === 0) touched[met++] = document;
          sums[document] =
            (sums[document] as number) + (measure === 'coverage' ? share : share * (weights[i] as number));
        }
      }
      if (met === 0) return NO_HITS;
      const queryNorm = measure === 'cosine' ? norm(query) : asked;
      const best = selectionOf(limit);
      for (let i = 0; i < met; i += 1) {
        const document = touched[i] as number;
        const length = normOf(document);
        const share = (sums[document] as number) / queryNorm;
        const score =
          measure === 'cosine'
            ? share / length
            : // the shorter text says the query more plainly
              share * (1 - COSINE_SHARE + COSINE_SHARE * Math.min(1, asked / length));
        sums[document] = score;
        best.offer(document, score);
      }
      const documents = best.take();
      const scores = Float64Array.from(documents, (document) => Math.min(1, sums[document] as number));
      for (let i = 0; i < met; i += 1) sums[touched[i] as number] = 0;
      return { documents, scores };
    },
  };
  return index;
};
