import type { CatalogItem } from '@nextcart/contracts';

/** What ranking wants of the catalogue, whoever keeps it. */
export interface CatalogView {
  /** The item of an index, or undefined where the catalogue has none (never had, or was deleted). */
  item(index: number): CatalogItem | undefined;
}
