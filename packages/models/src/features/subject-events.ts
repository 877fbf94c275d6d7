/** One subject's events as columns, oldest first: what features are computed from. */
export interface SubjectEvents {
  /** Epoch ms, event time, never falling. */
  readonly times: ArrayLike<number>;
  /** Numbers of event types. */
  readonly types: ArrayLike<number>;
  /** −1 where there is none. */
  readonly items: ArrayLike<number>;
  /** In one currency; NaN where there is none. */
  readonly amounts: ArrayLike<number>;
}

/** What is known of items apart from any subject. */
export interface ItemFacts {
  /** [items], 0 cheapest to 9 dearest of the category, −1 unknown. */
  readonly priceDeciles: ArrayLike<number>;
  /** [items], epoch ms since when the item could be had; NaN unknown. */
  readonly since: ArrayLike<number>;
  /** Rising limits of the deciles of an item's amounts in its category (9 of them), or nothing. */
  readonly amountLimits: (item: number) => ArrayLike<number> | undefined;
}
