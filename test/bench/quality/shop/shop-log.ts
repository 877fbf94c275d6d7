/**
 * A shop whose truth is known, as a bench reads it. Invariants: items, subjects and deeds are numbers; deeds are in the
 * order of their time; what is asked about a moment is answered from deeds before it alone.
 */
export interface ShopItem {
  readonly title: string;
  /** From the widest to the narrowest. */
  readonly category: readonly string[];
  readonly brand: string;
  /** At the start, in EUR. */
  readonly price: number;
}

export const deedTypes = ['view', 'search', 'cart', 'purchase'] as const;
export type DeedType = (typeof deedTypes)[number];
export const VIEW = 0;
export const SEARCH = 1;
export const CART = 2;
export const PURCHASE = 3;

/** Columns over all deeds of a log. */
export interface Deeds {
  /** Epoch ms. */
  readonly times: Float64Array;
  /** Index into `deedTypes`. */
  readonly types: Uint8Array;
  /** −1 for a search. */
  readonly items: Int32Array;
  /** Null but for a search. */
  readonly queries: readonly (string | null)[];
  /** EUR of carts and purchases, else 0. */
  readonly amounts: Float64Array;
}

/** What is asked: the next look of a visit, the first look of one, the next look where that ends in the cart. */
export const asks = ['next', 'arrival', 'cart'] as const;
export const ARRIVAL = 1;
export const TO_CART = 2;

/** A pause that ends a visit. */
export const VISIT_MS = 30 * 60_000;

/** A look that is to be foretold, from a moment after a deed or at the beginning of a visit; a search may lie in between. */
export interface Look {
  /** Index into `asks`. */
  readonly ask: number;
  readonly subject: string;
  /** Epoch ms. */
  readonly at: number;
  /** Deeds of the subject before, oldest first. */
  readonly history: Int32Array;
  readonly target: number;
  /** Items that nobody can buy at the moment: not ranked. */
  readonly soldOut: Int32Array;
  /** [items]: the true chances, up to a factor. */
  readonly chances: Float32Array;
  /** EUR put into the cart by this look, else 0. */
  readonly amount: number;
}

/** Looks that a figure is the mean of, by subjects: each subject counts once. */
export interface LookTask {
  readonly name: string;
  /** Looks of a subject follow each other. */
  readonly looks: readonly Look[];
}

/** What is known at a time: what models are fitted on. */
export interface Known {
  readonly items: readonly ShopItem[];
  readonly deeds: Deeds;
  /** Epoch ms; deeds from here on are not known. */
  readonly until: number;
  /** Deeds of each subject, oldest first. */
  readonly histories: readonly Int32Array[];
}

/** A part of a log to choose by: fitted on what is known before its looks. */
export interface Period {
  readonly known: Known;
  readonly tasks: readonly LookTask[];
  /** Looks of the same days that a ranker learns from, those of the tasks among them; of the test none. */
  readonly lessons: readonly Look[];
}

export interface ShopLog {
  readonly validation: Period;
  readonly test: Period;
  /** Subjects known at the test's beginning whose true needs are, with at least some deeds. */
  readonly needs: {
    readonly histories: readonly Int32Array[];
    /** [subjects, width], rows sum to 1. */
    readonly shares: Float64Array;
    readonly width: number;
  };
}
