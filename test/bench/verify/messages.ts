import type { VerifyReport } from '@nextcart/cli';

/** What the process that makes the lists again tells its parent. */
export type VerifyMessage =
  | { readonly kind: 'total'; readonly lists: number }
  | { readonly kind: 'done'; readonly lists: number }
  | { readonly kind: 'difference'; readonly lines: readonly string[] }
  | { readonly kind: 'report'; readonly report: VerifyReport; readonly seconds: number };
