import { NextcartError } from '@nextcart/contracts';

/** What the doctor found out about one thing. A finding that is not well names its cure. */
export type Finding =
  | { readonly ok: true; readonly what: string; readonly detail: string }
  | { readonly ok: false; readonly what: string; readonly detail: string; readonly cure: string };

export const well = (what: string, detail = ''): Finding => ({ ok: true, what, detail });
export const ill = (what: string, detail: string, cure: string): Finding => ({ ok: false, what, detail, cure });

/** With the error's own cure where it names one. */
const illOf = (what: string, error: unknown, fallback: string): Finding => {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const cure = error instanceof NextcartError ? error.cure : undefined;
  return cure === undefined ? ill(what, message, fallback) : ill(what, message.replace(`; ${cure}`, ''), cure);
};

/** A look that fails is itself a finding: the doctor goes on with the rest. */
export const look = async (what: string, cure: string, body: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await body();
  } catch (error) {
    return [illOf(what, error, cure)];
  }
};

/** Whether something can be reached at all: `ask` throws where it can't. */
export const reachable = async (what: string, cure: string, ask: () => Promise<unknown>): Promise<Finding> => {
  try {
    await ask();
    return well(what, 'reachable');
  } catch (error) {
    return illOf(what, error, cure);
  }
};
