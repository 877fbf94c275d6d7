/**
 * An object that its maker changes and its readers don't: a factory keeps a figure as a plain property and hands the
 * object out under its read-only interface. In place of a getter in an object literal, which makes the whole object a
 * dictionary to V8: each reading of any of its properties, its methods too, then costs a search (docs/decisions/0014).
 */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
