import type { SequenceStream } from '../../machine/sequence_stream.ts';
import type { MemoryRate } from '../word_supply.ts';
import { MemoryTwin } from './external_memory.ts';
import { frameOfSequence, sequenceCycles } from './sequence_address.ts';
import type { Posts, SeenAxes, SequencerTwin } from './sequencer.ts';

/** Twin of sequence_reader, with a memory that always answers at its rate. */
export class SequenceReaderTwin {
  /** There is a word for LOAD. */
  ready = false;
  readonly #sequencer: SequencerTwin;
  readonly #stream: SequenceStream;
  readonly #memory: MemoryTwin;
  #state: 'idle' | 'address' | 'offer' = 'idle';
  #placeLeft = 0;
  /** sequence_fetch. */
  #line = 0;
  #left = 0;
  #claimed = 0;
  #asked: { readonly first: number; readonly beats: number } | null = null;
  /** sequence_buffer. */
  #beatIn = false;
  #part = 0;
  #place = 0;
  #level = 0;

  constructor(sequencer: SequencerTwin, stream: SequenceStream, rate: MemoryRate) {
    this.#sequencer = sequencer;
    this.#stream = stream;
    this.#memory = new MemoryTwin(rate);
  }

  get halted(): boolean {
    return this.#sequencer.halted;
  }

  /**
   * @param take whether LOAD takes a word, and whether it is the last of its frame; null: none
   * @param posts of all units
   */
  tick(take: { readonly last: boolean } | null, posts: readonly Posts[], axes: SeenAxes, restart: boolean): void {
    const { lineWords, lineBeats, burstLines, aheadLines } = this.#stream;
    const { work } = this.#sequencer;
    const done = this.#left === 0;
    const { ready, beat } = this.#memory;
    const asks = !done && this.#claimed <= aheadLines - burstLines && (this.#asked === null || ready);
    const length = Math.min(this.#left, burstLines - (this.#line % burstLines));
    const workTake = this.#state === 'offer' && done;

    // Lines.
    const complete = this.#beatIn && this.#part === lineBeats - 1;
    const leaves = take !== null && (lineWords === 1 || take.last || this.#place === lineWords - 1);
    if (this.#beatIn) this.#part = complete ? 0 : this.#part + 1;
    if (take !== null) this.#place = leaves ? 0 : this.#place + 1;
    this.#level += Number(complete) - Number(leaves);
    this.ready = this.#level !== 0;
    this.#beatIn = beat !== null;

    // Bursts.
    this.#memory.tick(this.#asked, beat !== null);
    this.#claimed += (asks ? length : 0) - Number(leaves);
    if (asks) {
      this.#asked = { first: 0, beats: length * lineBeats };
      this.#line += length;
      this.#left -= length;
    } else if (ready) this.#asked = null;

    // Frames.
    const placed = this.#placeLeft === 1;
    if (this.#placeLeft > 0) this.#placeLeft--;
    if (workTake) {
      this.#state = 'idle';
      const { line, outside } = frameOfSequence(work!, axes.steps);
      if (!outside) {
        this.#line = line;
        this.#left = work!.fields.sequenceWords!;
      }
    } else if (this.#state === 'address' && placed) this.#state = 'offer';
    else if (this.#state === 'idle' && work !== null) {
      this.#state = 'address';
      // The address generator begins a cycle later.
      this.#placeLeft = sequenceCycles(work, axes.steps) + 1;
    }
    this.#sequencer.tick({ running: true, restart, posts, axes }, workTake, true, done);
  }
}
