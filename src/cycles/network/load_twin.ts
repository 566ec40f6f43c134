import type { NetworkSizes } from '../../machine/network_sizes.ts';
import type { MemImage } from '../../program/mem_image.ts';
import { UNIT_PLACES } from '../../program/unit_words.ts';
import { AxisTwin } from './axis_twin.ts';
import { frameOfSequence, sequenceCycles } from './sequence_address.ts';
import { type AxisSteps, NO_POSTS, type Posts, type SequencerTwin } from './sequencer.ts';
import { viewAddress } from './view_address.ts';
import { WordQueue, WordWalk } from './word_walk.ts';

/** Frames on their way in: a beat is at hand in every cycle until there are no more. */
export interface InputFrames {
  /** By utterance: steps of each, and elements of a step, those of all inputs. */
  readonly utterances: readonly number[];
  readonly stepElements: number;
  /** Streaming: channels that have a frame, step by step. */
  readonly batches: readonly (readonly boolean[])[];
}

const STREAMING_AXES: AxisSteps = { steps: [], known: false };

/** Twin of load_unit with frame_port. */
export class LoadTwin {
  posts: Posts = NO_POSTS;
  readonly #sequencer: SequencerTwin;
  readonly #axes: AxisTwin | null;
  readonly #walk: WordWalk;
  readonly #queue = new WordQueue<boolean>();
  readonly #input: InputFrames;
  #state: 'idle' | 'address' | 'port' | 'sequence' | 'drain' = 'idle';
  #viewLeft = 0;
  #sequenceLeft = 0;
  #placed = false;
  #sequencePlaced = false;
  #reads = [false, false];
  /** frame_port. */
  #count = 0;
  #elem = 0;
  #push = false;
  #done = false;
  #frames = 0;
  /** By utterance: which one, its steps so far, and how far the step at hand is. */
  #utterance = 0;
  #steps = 0;
  #stepOpen = false;
  #stepBegins = false;
  #stepCount = 0;
  #finish = false;
  #finished = false;

  constructor(sequencer: SequencerTwin, sizes: NetworkSizes, axes: MemImage | null, input: InputFrames) {
    this.#sequencer = sequencer;
    this.#axes = axes === null ? null : new AxisTwin(axes);
    this.#walk = new WordWalk(sizes.elemLanes);
    this.#input = input;
  }

  get axes(): AxisSteps {
    return this.#axes ?? STREAMING_AXES;
  }

  /** The word that waits to be written: whether it goes to all groups. */
  get write(): boolean | undefined {
    return this.#queue.head;
  }

  /** What it does; null: it has no work. */
  get at(): string | null {
    return this.#state === 'idle' ? null : this.#state;
  }

  get workTake(): boolean {
    const waits = this.#push || this.#reads[0] || this.#reads[1] || this.#queue.head !== undefined;
    return this.#state === 'drain' && !waits;
  }

  /**
   * The word that it takes from the sequence memory; null: none.
   *
   * @param ready there is one
   */
  takes(ready: boolean): { readonly last: boolean } | null {
    return ready && this.#wants && !this.#outside ? { last: this.#walk.last } : null;
  }

  get #wants(): boolean {
    return this.#state === 'sequence' && this.#queue.room;
  }

  /** Zeros, where the sequence has no such step. */
  get #outside(): boolean {
    return frameOfSequence(this.#sequencer.work!, this.axes.steps).outside;
  }

  /** @param ready there is a word in the sequence memory */
  tick(writeReady: boolean, ready: boolean, restart: boolean): void {
    const { work, sync } = this.#sequencer;
    const finishes = this.workTake;
    const start = this.#state === 'idle' && work !== null;
    const room = this.#queue.room;
    const f = work?.fields ?? {};
    const fromSequence = f.place !== undefined && f.place !== UNIT_PLACES.port;
    const replicated = f.destReplicated === 1;
    const pushes = this.#push || this.#reads[1]!;

    // Frames of the stream.
    const portDone = this.#done;
    const accept = this.#accepts(room, restart);
    const wordEnds = accept && this.#elem === this.#walk.lastElem;
    const frameEnd = accept && this.#count + 1 === f.elements!;
    this.#axes?.tick(restart, this.#stepBegins, this.#finish);
    this.#steppingOn(accept, restart);
    if (accept) {
      this.#count = frameEnd ? 0 : this.#count + 1;
      this.#elem = wordEnds || frameEnd ? 0 : this.#elem + 1;
    }
    this.#frames += Number(frameEnd);
    this.#done = frameEnd && this.#frames === (this.#axes === null ? this.#batchOf(work!.t) : 1);
    if (this.#done) this.#frames = 0;
    const reads = this.#wants && (ready || this.#outside);
    const readsLast = reads && this.#walk.last;

    // Words of the destination.
    if (this.#state === 'address' || (frameEnd && this.#axes === null)) this.#walk.start(f);
    else if (wordEnds || reads) this.#walk.step(f);
    this.#queue.tick(pushes ? replicated : null, writeReady && this.#queue.head !== undefined);
    this.#push = wordEnds;
    this.#reads = [reads, this.#reads[0]!];

    this.posts = sync ?? (finishes ? work!.posts : NO_POSTS);
    if (start) this.#state = 'address';
    else if (this.#state === 'address' && this.#placed && this.#sequencePlaced) {
      this.#state = fromSequence ? 'sequence' : 'port';
    } else if ((this.#state === 'port' && portDone) || readsLast) this.#state = 'drain';
    else if (finishes) this.#state = 'idle';
    const viewDone = this.#viewLeft === 1;
    const sequenceDone = this.#sequenceLeft === 1;
    if (this.#viewLeft > 0) this.#viewLeft--;
    if (this.#sequenceLeft > 0) this.#sequenceLeft--;
    if (start) {
      this.#placed = false;
      this.#sequencePlaced = !fromSequence;
      // The address generators begin a cycle later.
      this.#viewLeft = viewAddress(work, 'dest').cycles + 1;
      this.#sequenceLeft = fromSequence ? sequenceCycles(work, this.axes.steps) + 1 : 0;
    } else {
      this.#placed ||= viewDone;
      this.#sequencePlaced ||= sequenceDone;
    }
  }

  /** Whether a beat is taken. */
  #accepts(room: boolean, restart: boolean): boolean {
    if (this.#state !== 'port' || !room || this.#done) return false;
    if (this.#axes === null) return this.#batchOf(this.#sequencer.work!.t) > 0;
    return this.#stepOpen && !this.#finished && !restart;
  }

  /** Frames of an input in a step; 0 behind the last. */
  #batchOf(step: number): number {
    return this.#input.batches[step]?.filter((active) => active).length ?? 0;
  }

  /** Steps of an utterance: one is counted before its first beat is taken. */
  #steppingOn(accept: boolean, restart: boolean): void {
    if (this.#axes === null) return;
    const { utterances, stepElements } = this.#input;
    const begins =
      this.#utterance < utterances.length &&
      this.#axes.ready &&
      !this.#stepOpen &&
      !this.#finished &&
      !this.#stepBegins;
    this.#stepBegins = begins;
    this.#finish = false;
    if (begins) {
      this.#stepOpen = true;
      this.#steps++;
    }
    if (accept) this.#stepCount = (this.#stepCount + 1) % stepElements;
    if (accept && this.#stepCount === 0) {
      this.#stepOpen = false;
      if (this.#steps === utterances[this.#utterance]) {
        this.#finish = true;
        this.#finished = true;
        this.#utterance++;
        this.#steps = 0;
      }
    }
    if (restart) this.#finished = false;
  }
}
