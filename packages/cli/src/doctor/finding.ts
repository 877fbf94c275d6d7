/** What the doctor found out about one thing. A finding that is not well names its cure. */
export type Finding =
  | { readonly ok: true; readonly what: string; readonly detail: string }
  | { readonly ok: false; readonly what: string; readonly detail: string; readonly cure: string };

export const well = (what: string, detail = ''): Finding => ({ ok: true, what, detail });
export const ill = (what: string, detail: string, cure: string): Finding => ({ ok: false, what, detail, cure });

/** A look that fails is itself a finding: the doctor goes on with the rest. */
export const look = async (what: string, cure: string, body: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await body();
  } catch (error) {
    return [ill(what, error instanceof Error ? error.message : String(error), cure)];
  }
};
