/** For commander: the text of an option as a whole number from `low` on; throws with the option's name. */
export const wholeNumber =
  (option: string, low = 1) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= low) return value;
    throw new Error(`${option} takes a whole number from ${low} on, not '${text}'`);
  };
