import { Timing } from './timing.ts';

/** frame_in fed with frames that follow each other without a gap: when each frame can be read. Two fit in. */
export class FrameSource {
  readonly #inputs: number;
  readonly #frames: number;
  /** Cycle in which the last beat of a frame is taken, for the frame to be read and the one after it. */
  #committed: number;
  #nextCommitted: number;
  #released = 0;

  /**
   * @param inputs beats of a frame
   * @param frames frames that the stream holds
   */
  constructor(inputs: number, frames: number) {
    this.#inputs = inputs;
    this.#frames = frames;
    this.#committed = Timing.firstBeat + inputs - 1;
    this.#nextCommitted = this.#committed + inputs;
  }

  /** First cycle in which the oldest frame can be read; infinite when the stream has ended. */
  get readyAt(): number {
    return this.#released < this.#frames ? this.#committed + 1 : Number.POSITIVE_INFINITY;
  }

  /** The oldest frame has been read; the stream goes on into its place. */
  release(cycle: number): void {
    this.#committed = this.#nextCommitted;
    this.#nextCommitted = Math.max(this.#committed, cycle) + this.#inputs;
    this.#released++;
  }
}
