/** Where a record is. The topic *id*, not its name: a recreated topic can't be mistaken for the old one. */
export interface Position {
  /** UUID in its usual hyphenated form. */
  readonly topicId: string;
  readonly partition: number;
  /** Safe integer: 2⁵³ records a partition are enough. */
  readonly offset: number;
}

export const positionKey = (p: Position): string => `${p.topicId}:${p.partition}:${p.offset}`;

/** De-duplication token of one planned batch; `first` and `last` are inclusive offsets. */
export const planToken = (topicId: string, partition: number, first: number, last: number): string =>
  `${topicId}:${partition}:${first}-${last}`;
