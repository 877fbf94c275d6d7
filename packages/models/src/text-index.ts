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
  /** Documents that have tokens. */
  readonly size: number;
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

/** Keeps the `size` best and all that tie with the last of them, so that the cut does not depend on numbering. */
const cutToBest = (hits: { document: number; score: number }[], size: number) => {
  if (hits.length <= size) return hits;
  const floor = Float64Array.from(hits, (hit) => -hit.score).sort()[size - 1] as number;
  return hits.filter((hit) => -hit.score <= floor);
};

export const createTextIndex = (deps: { commonest: number; id: (document: number) => string }): TextIndex => {
  const { commonest, id } = deps;
  const postings = new Map<string, Posting>();
  const byDocument = new Map<number, readonly WeightedToken[]>();
  let version = 0;
  let sums = new Float64Array(1024);

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
  // norms hold as long as the version does, so that a row costs its postings and no more
  const norms = new Map<number, { version: number; norm: number }>();
  const normOf = (document: number) => {
    const held = norms.get(document);
    if (held?.version === version) return held.norm;
    const fresh = norm(byDocument.get(document) ?? NONE);
    norms.set(document, { version, norm: fresh });
    return fresh;
  };

  return {
    get size() {
      return byDocument.size;
    },
    get version() {
      return version;
    },
    support: (token) => postings.get(token)?.documents.length ?? 0,
    tokens: (document) => byDocument.get(document) ?? NONE,
    set: (document, tokens) => {
      version += 1;
      remove(document);
      if (tokens.length === 0) return;
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
      const touched: number[] = [];
      let asked = 0;
      for (const { token, weight } of query) {
        const posting = postings.get(token);
        const rarity = idf(posting?.documents.length ?? 1);
        asked += weight * rarity;
        if (posting === undefined || posting.documents.length > commonest) continue;
        for (let i = 0; i < posting.documents.length; i += 1) {
          const document = posting.documents[i] as number;
          if (document >= sums.length) {
            const wider = new Float64Array(Math.max(document + 1, sums.length * 2));
            wider.set(sums);
            sums = wider;
          }
          if (sums[document] === 0) touched.push(document);
          const gain =
            measure === 'coverage' ? weight * rarity : weight * rarity * rarity * (posting.weights[i] as number);
          sums[document] = (sums[document] as number) + gain;
        }
      }
      if (touched.length === 0) return NO_HITS;
      const queryNorm = measure === 'cosine' ? norm(query) : asked;
      const scored = touched.map((document) => {
        const score = (sums[document] as number) / queryNorm;
        sums[document] = 0;
        const length = normOf(document);
        if (measure === 'cosine') return { document, score: score / length };
        // the shorter text says the query more plainly
        return { document, score: score * (1 - COSINE_SHARE + COSINE_SHARE * Math.min(1, asked / length)) };
      });
      const hits = cutToBest(scored, limit)
        .sort((a, b) => b.score - a.score || (id(a.document) < id(b.document) ? -1 : 1))
        .slice(0, limit);
      return {
        documents: Int32Array.from(hits, (hit) => hit.document),
        scores: Float64Array.from(hits, (hit) => Math.min(1, hit.score)),
      };
    },
  };
};
