/** What makes the spectra of a frame. */
export interface SpectralCopy {
  /** Wants to read a word; has one to write. */
  readonly read: boolean;
  readonly write: boolean;
  /** Whether the last word is written, if the port is free. */
  readonly lastWrite: boolean;
  /**
   * @param start a frame begins
   * @param readReady the port of words is free
   * @param last the word at hand is the last one of the frame
   */
  tick(start: boolean, readReady: boolean, last: boolean, writeReady: boolean): void;
}
