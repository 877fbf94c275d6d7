/** Why a list can't be made again, though nothing says that it is wrong; told with the number of such lists. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** The reason where it is one; else throws on. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof Skipped) return error.message;
  throw error;
};
