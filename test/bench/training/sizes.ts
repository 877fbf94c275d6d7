/** What both sides are measured at; test/bench/peers has the same numbers. */
export const AUTOENCODER = { items: 20_000, length: 50, hidden: 600, latent: 200, depth: 5, batch: 500 } as const;
/** Positions of a step: lanes · times. */
export const RECURRENT = { items: 20_000, width: 128, lanes: 200, times: 10, draws: 2048 } as const;

/** EDLAE's matrix; whole tiles, as `fitEdlae` has them by default. */
export const INVERSE = { items: 8192, quickItems: 2048, tileSize: 1024 } as const;

export const MODELS = ['autoencoder', 'recurrent'] as const;
export type ModelName = (typeof MODELS)[number];
/** Interactions of a row of the made data: a user's bag, or a session with an event to be foretold at its end. */
export const LENGTHS: Readonly<Record<ModelName, number>> = {
  autoencoder: AUTOENCODER.length,
  recurrent: RECURRENT.times + 1,
};
