/**
 * Among the snapshots that a list names: which of its places hold an item that was drawn, and the chance that it had of
 * being drawn for it, as `place:chance` from place 1 on, by commas. In a list that was drafted out of two releases the
 * chance is that of the draw for its release's own list.
 */
export const EXPLORED_KEY = 'explored';
