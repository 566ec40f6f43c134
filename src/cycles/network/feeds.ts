/** A column on its way to the feeds of a group, or a marker. */
export interface Sent {
  /** Place of its word counts; {@link NO_COLUMN}, or {@link MARKER_SENT}. */
  readonly place: number;
  readonly marks: number;
}

/** No column in a stage of the broadcast; a marker. */
export const NO_COLUMN = -1;
export const MARKER_SENT = -2;
export const NOTHING_SENT: Sent = { place: NO_COLUMN, marks: 0 };

/** Entry of a queue that is a marker; others are word counts, with marks of spectral and of complex words. */
export const MARKER = 0;
export const SPECTRAL = 1 << 16;
export const COMPLEX = 1 << 17;
export const WORDS = SPECTRAL - 1;

/** Twin of the feeds of a group's lanes: registers as they are in a cycle; `tick` goes to the next one. */
export interface Feeds {
  readonly feeds: number;
  /** Feeds that had no word in the last cycle, and those whose word had not come from external memory. */
  readonly idle: number;
  readonly hungry: number;
  /** All have passed a marker. */
  readonly marked: boolean;
  /** A queue has no room but for what is on its way. */
  readonly stall: boolean;
  /** By segment: words of the last cycle, and all so far. */
  readonly working: Int32Array;
  readonly worked: Float64Array;
  /** @param sent what comes to the queues */
  tick(sent: Sent): void;
}
