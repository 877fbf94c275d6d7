import type { DeedType, ShopItem } from './shop-log.ts';

/** Something that happens, in the order of time. */
export type ShopRecord =
  | {
      readonly kind: 'deed';
      readonly at: number;
      readonly subject: string;
      readonly type: DeedType;
      readonly item: number;
      readonly query: string | null;
      /** EUR. */
      readonly amount: number;
    }
  /** From here on the visitor's deeds are the user's, those of before too. */
  | { readonly kind: 'identified'; readonly at: number; readonly visitor: string; readonly user: string }
  | { readonly kind: 'stock'; readonly at: number; readonly item: number; readonly isSoldOut: boolean };

/**
 * A shop and its truth. `records` can be read again and gives the same; the truth is that after the last record of the
 * newest reading.
 */
export interface ShopSource {
  readonly items: readonly ShopItem[];
  readonly startAt: number;
  readonly days: number;
  records(): Iterable<ShopRecord>;
  /** [items]: chances of the subject's next look at a time, given that there is one. */
  lookChances(subject: string, at: number): ArrayLike<number>;
  /** [items]: chance that an item is put in the cart by the subject who looks at it. */
  cartChances(subject: string, at: number): ArrayLike<number>;
  /** Items that truly complete an item once it is bought; none where the shop has no such thing. */
  complementsOf(item: number): readonly number[];
  /** Sum 1. */
  needsOf(subject: string, at: number): ArrayLike<number>;
}
