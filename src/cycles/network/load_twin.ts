import type { NetworkSizes } from '../../machine/network_sizes.ts';
import type { MemImage } from '../../program/mem_image.ts';
import { UNIT_PLACES } from '../../program/unit_words.ts';
import { AxisTwin } from './axis_twin.ts';
import { frameOfSequence, sequenceCycles } from './sequence_address.ts';
import { type AxisSteps, type Fields, NO_POSTS, type Posts, type SequencerTwin, type Work } from './sequencer.ts';
import { viewAddress } from './view_address.ts';
import { WordQueue, WordWalk } from './word_walk.ts';

/** Frames on their way in: a beat is at hand in every cycle until there are no more. */
export interface InputFrames {
  /** By utterance: steps of each, and beats of a step, those of all inputs. */
  readonly utterances: readonly number[];
  readonly stepBeats: number;
  /** Streaming: channels that have a frame, step by step. */
  readonly batches: readonly (readonly boolean[])[];
}

const STREAMING_AXES: AxisSteps = { steps: [], known: false };

/** A word in the queue: whether it goes to all groups, and what is posted when it is written. */
interface Word {
  readonly replicated: boolean;
  readonly posts: Posts | null;
}

function wordOf(replicated: boolean, posts: Posts, last: boolean): Word {
  return { replicated, posts: last ? posts : null };
}

function isFromSequence({ place }: Fields): boolean {
  return place !== undefined && place !== UNIT_PLACES.port;
}

/** Twin of load_unit with frame_port. */
export class LoadTwin {
  posts: Posts = NO_POSTS;
  readonly #sequencer: SequencerTwin;
  readonly #axes: AxisTwin | null;
  readonly #walk: WordWalk;
  readonly #queue = new WordQueue<Word>();
  readonly #input: InputFrames;
  /** Addresses of the next LOAD. */
  #begun = false;
  #viewLeft = 0;
  #sequenceLeft = 0;
  #placed = false;
  #sequencePlaced = false;
  /** The LOAD at hand. */
  #state: 'idle' | 'start' | 'port' | 'sequence' = 'idle';
  #own: Work | null = null;
  /** Words on their way from the sequence memory. */
  #onTheWay: (Word | null)[] = [null, null];
  /** frame_port. */
  readonly #beat: number;
  #part = 0;
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
    this.#walk = new WordWalk(sizes);
    this.#beat = sizes.inputBeat;
    this.#input = input;
  }

  get axes(): AxisSteps {
    return this.#axes ?? STREAMING_AXES;
  }

  /** The word that waits to be written: whether it goes to all groups. */
  get write(): boolean | undefined {
    return this.#queue.head?.replicated;
  }

  /** What it does; null: it has no work. */
  get at(): string | null {
    if (this.#state !== 'idle') return this.#state;
    return this.#sequencer.work === null ? null : 'address';
  }

  /** The work that it does, or finds the addresses of. */
  get task(): Work | null {
    return this.#state === 'idle' ? this.#sequencer.work : this.#own;
  }

  /** It changes nothing before there is work: the step of which the next beats are is counted. */
  get still(): boolean {
    const { work, sync } = this.#sequencer;
    const steps = this.#axes === null || (this.#axes.still && !this.#stepBegins && !this.#finish && !this.#beginsStep);
    return (
      steps && work === null && sync === null && !this.#begun && this.quiet && !this.#done && this.posts === NO_POSTS
    );
  }

  /** All that it took is written. */
  get quiet(): boolean {
    const onTheWay = this.#push || this.#onTheWay[0] !== null || this.#onTheWay[1] !== null;
    return this.#state === 'idle' && !onTheWay && this.#queue.head === undefined;
  }

  /** The LOAD at hand ends in this cycle. */
  #ends(ready: boolean): boolean {
    if (this.#state === 'port') return this.#done;
    return this.#reads(ready) && this.#walk.last;
  }

  /**
   * The next LOAD is taken.
   *
   * @param ready there is a word in the sequence memory
   */
  workTake(ready: boolean): boolean {
    return this.#begun && this.#placed && this.#sequencePlaced && (this.#state === 'idle' || this.#ends(ready));
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

  /** A word is read: one that is there, or a zero. */
  #reads(ready: boolean): boolean {
    return this.#wants && (ready || this.#outside);
  }

  /** Zeros, where the sequence has no such step. */
  get #outside(): boolean {
    return frameOfSequence(this.#own!, this.axes.steps).outside;
  }

  /** @param ready there is a word in the sequence memory */
  tick(writeReady: boolean, ready: boolean, restart: boolean): void {
    const { work, sync } = this.#sequencer;
    const takes = this.workTake(ready);
    const ends = this.#ends(ready);
    const quiet = this.quiet;
    const begins = work !== null && !this.#begun;
    const room = this.#queue.room;
    const own = this.#own;
    const f = own?.fields ?? {};
    const replicated = f.destReplicated === 1;
    const posts = own?.posts ?? NO_POSTS;
    const pushed = this.#onTheWay[1] ?? (this.#push || this.#done ? wordOf(replicated, posts, this.#done) : null);

    // Frames of the stream.
    const accept = this.#accepts(room, restart);
    const wordEnds = accept && this.#part === Math.floor(this.#walk.lastElem / this.#beat);
    const frameEnd = wordEnds && this.#walk.last;
    this.#axes?.tick(restart, this.#stepBegins, this.#finish);
    this.#steppingOn(accept, restart);
    if (accept) this.#part = wordEnds ? 0 : this.#part + 1;
    this.#frames += Number(frameEnd);
    this.#done = frameEnd && this.#frames === (this.#axes === null ? this.#batchOf(own!.t) : 1);
    if (this.#done) this.#frames = 0;
    const reads = this.#reads(ready);
    const read = reads ? wordOf(replicated, posts, this.#walk.last) : null;

    // Words of the destination.
    if (this.#state === 'start' || (frameEnd && this.#axes === null)) this.#walk.start(f);
    else if (wordEnds || reads) this.#walk.step(f);
    const taken = writeReady ? this.#queue.head : undefined;
    this.#queue.tick(pushed, taken !== undefined);
    this.#push = wordEnds;
    this.#onTheWay = [read, this.#onTheWay[0]!];

    this.posts = sync !== null && quiet ? sync : (taken?.posts ?? NO_POSTS);
    if (takes) this.#state = 'start';
    else if (ends) this.#state = 'idle';
    else if (this.#state === 'start') this.#state = isFromSequence(f) ? 'sequence' : 'port';
    if (takes) this.#own = work;

    // Addresses.
    const viewDone = this.#viewLeft === 1;
    const sequenceDone = this.#sequenceLeft === 1;
    if (this.#viewLeft > 0) this.#viewLeft--;
    if (this.#sequenceLeft > 0) this.#sequenceLeft--;
    if (takes) this.#begun = false;
    else if (begins) this.#begun = true;
    if (begins) {
      const fromSequence = isFromSequence(work.fields);
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
    if (this.#axes === null) return this.#batchOf(this.#own!.t) > 0;
    return this.#stepOpen && !this.#finished && !restart;
  }

  /** A step of an utterance is counted. */
  get #beginsStep(): boolean {
    const more = this.#utterance < this.#input.utterances.length && this.#axes!.ready;
    return more && !this.#stepOpen && !this.#finished && !this.#stepBegins;
  }

  /** Frames of an input in a step; 0 behind the last. */
  #batchOf(step: number): number {
    return this.#input.batches[step]?.filter((active) => active).length ?? 0;
  }

  /** Steps of an utterance: one is counted before its first beat is taken. */
  #steppingOn(accept: boolean, restart: boolean): void {
    if (this.#axes === null) return;
    const { utterances, stepBeats } = this.#input;
    const begins = this.#beginsStep;
    this.#stepBegins = begins;
    this.#finish = false;
    if (begins) {
      this.#stepOpen = true;
      this.#steps++;
    }
    if (accept) this.#stepCount = (this.#stepCount + 1) % stepBeats;
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
