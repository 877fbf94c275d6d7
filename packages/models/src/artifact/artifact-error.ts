/** What is wrong with a release, which file it is, and what to do. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
  /** Relative to the artifact's folder; empty: the folder itself. */
  readonly file: string;
  readonly problem: string;
  readonly cure: string;

  constructor(file: string, problem: string, cure: string, options?: ErrorOptions) {
    super(`${file === '' ? '' : `${file}: `}${problem}; ${cure}`, options);
    this.file = file;
    this.problem = problem;
    this.cure = cure;
  }
}

export const COPY_AGAIN = 'copy the release again from where it was written, or roll back to another';
