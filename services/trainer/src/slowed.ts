interface Rate {
  readonly from: number;
  readonly to: number;
}

/** A share of a rate, at its beginning and its end. */
export const slowed = ({ from, to }: Rate, share: number): Rate => ({ from: from * share, to: to * share });
