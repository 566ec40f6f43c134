import type { WeightStream } from '../../machine/network_sizes.ts';
import type { MemoryRate } from '../word_supply.ts';
import { MemoryTwin } from './external_memory.ts';
import { NO_POSTS, type SeenAxes, type SequencerTwin } from './sequencer.ts';

/** Nobody posts to the reader. */
const NONE = [NO_POSTS];

/**
 * Twin of weight_reader and row_align: the rows of words that come from external memory, with a memory that always answers at its
 * rate.
 */
export class WeightTwin {
  /** Row of the image that is on its way to the groups, null: none. */
  row: number | null = null;
  /** There is no work left. */
  get halted(): boolean {
    return this.#sequencer.halted;
  }
  readonly #sequencer: SequencerTwin;
  readonly #external: WeightStream;
  readonly #memory: MemoryTwin;
  readonly #utterance: boolean;
  #reading = false;
  #beat = 0;
  #left = 0;
  /** Burst whose address is at the port. */
  #asked: { readonly first: number; readonly beats: number } | null = null;
  #outstanding = 0;
  /** All buffers were below their limit two cycles ago, one cycle ago. */
  #room = [false, false];
  /** Rows of the beat at hand that are left, and the first of them; beats of the row at hand. */
  #rowsLeft = 0;
  #firstRow = 0;
  #beatsOfRow = 0;

  /** @param utterance whether the programs wait until the steps of the first axis are known */
  constructor(sequencer: SequencerTwin, external: WeightStream, rate: MemoryRate, utterance: boolean) {
    this.#sequencer = sequencer;
    this.#external = external;
    this.#memory = new MemoryTwin(rate);
    this.#utterance = utterance;
  }

  /** @param low whether all buffers are below their limit */
  tick(low: boolean, axes: SeenAxes, restart: boolean): void {
    const { burstBeats, outstandingBeats } = this.#external;
    const { work } = this.#sequencer;
    const done = this.#reading && this.#left === 0;
    const take = work !== null && (!this.#reading || done);
    const { ready, beat } = this.#memory;
    const asks =
      this.#reading &&
      !done &&
      this.#room[0]! &&
      this.#outstanding <= outstandingBeats - burstBeats &&
      (this.#asked === null || ready);
    const burst = { first: this.#beat, beats: Math.min(this.#left, burstBeats - (this.#beat % burstBeats)) };

    const taken = beat !== null && this.#beatReady;
    this.#memory.tick(this.#asked, taken);
    this.#rows(taken ? beat : null);
    this.#outstanding += (asks ? burst.beats : 0) - Number(taken);
    if (asks) this.#asked = burst;
    else if (ready) this.#asked = null;
    if (take) {
      this.#beat = work.fields.firstBeat!;
      this.#left = work.fields.beats!;
    } else if (asks) {
      this.#beat += burst.beats;
      this.#left -= burst.beats;
    }
    const idle = !this.#reading;
    this.#reading = take || (this.#reading && !done);
    this.#room = [this.#room[1]!, low];
    const running = !this.#utterance || axes.known;
    this.#sequencer.tick({ running, restart, posts: NONE, axes }, take, true, idle);
  }

  get #beatReady(): boolean {
    return this.#external.beatRows === 1 || this.#rowsLeft <= 1;
  }

  /** The row of a beat in the next cycle. */
  #rows(beat: number | null): void {
    const { beatRows, rowBeats } = this.#external;
    if (beatRows > 1) {
      if (this.#rowsLeft > 0) {
        this.#rowsLeft--;
        this.#firstRow++;
      }
      if (beat !== null) {
        this.#rowsLeft = beatRows;
        this.#firstRow = beat * beatRows;
      }
      this.row = this.#rowsLeft > 0 ? this.#firstRow : null;
      return;
    }
    this.row = null;
    if (beat === null) return;
    this.#beatsOfRow = (this.#beatsOfRow + 1) % rowBeats;
    if (this.#beatsOfRow === 0) this.row = Math.floor(beat / rowBeats);
  }
}
