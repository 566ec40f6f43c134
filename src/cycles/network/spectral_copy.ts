/** What makes the spectra of a frame. */
export interface SpectralCopy {
  /** Wants to read a word; has one to write. */
  readonly read: boolean;
  readonly write: boolean;
  /** Whether the last word is written, if the port is free. */
  readonly lastWrite: boolean;
  /** Address of the next word to write. */
  readonly address: number;
  /**
   * @param start a frame begins: the address of its spectra; else null
   * @param readReady the port of words is free
   * @param last the word at hand is the last one of the frame
   */
  tick(start: number | null, readReady: boolean, last: boolean, writeReady: boolean): void;
}
