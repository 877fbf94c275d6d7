/** How a category path is written in rows and lists. */
export const CATEGORY_SEPARATOR = ' > ';
export const categoryText = (path: readonly string[]): string => path.join(CATEGORY_SEPARATOR);
