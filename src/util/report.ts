/** Called at the begin of each long stage, with what it is. */
export type Progress = (stage: string) => void;

/** What a long verb says while it works. */
export interface Report {
  readonly progress?: Progress | undefined;
  /** Called with a line on what is not as it should be but no reason to stop, e.g. a cache that cannot be written. */
  readonly notice?: ((line: string) => void) | undefined;
}
