import { replicatedCycles } from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { UNIT_PLACES } from '../../program/unit_words.ts';
import { frameOfSequence, sequenceCycles } from './sequence_address.ts';
import type { SequenceWord } from './sequence_writer_twin.ts';
import { NO_POSTS, type Posts, type SequencerTwin } from './sequencer.ts';
import { viewAddress } from './view_address.ts';
import { WordQueue, WordWalk } from './word_walk.ts';

/** A word of an output. */
interface OutWord {
  readonly output: number;
  readonly lastElem: number;
  readonly last: boolean;
}

/** A beat of an output. */
export interface OutBeat {
  readonly output: number;
  readonly last: boolean;
}

type State = 'idle' | 'address' | 'target' | 'channel' | 'words' | 'copy' | 'wait' | 'write' | 'drain';

/** What happens in a cycle. */
interface Moves {
  readonly start: boolean;
  readonly finishes: boolean;
  readonly toView: boolean;
  /** The channel at hand has a frame; it is the last one. */
  readonly here: boolean;
  readonly lastChannel: boolean;
  readonly readReady: boolean;
  /** The last word of a channel, or of a copy, is read or written. */
  readonly wordsEnd: boolean;
  readonly moreChannels: boolean;
  readonly copyEnds: boolean;
}

/** Twin of store_unit; whoever takes its beats is never late. */
export class StoreTwin {
  posts: Posts = NO_POSTS;
  /** The beat that leaves. */
  beat: OutBeat | null = null;
  readonly #sequencer: SequencerTwin;
  readonly #sizes: NetworkSizes;
  readonly #active: (step: number) => readonly boolean[];
  readonly #walk: WordWalk;
  readonly #queue = new WordQueue<OutWord>();
  #state: State = 'idle';
  #viewLeft = 0;
  #sequenceLeft = 0;
  #placed = false;
  #sequencePlaced = false;
  /** Words on their way: what was read one, two, three cycles ago. */
  #reads: (OutWord | SequenceWord | null)[] = [null, null, null];
  #push: OutWord | null = null;
  #sequenceWrite: SequenceWord | null = null;
  #channel = 0;
  #part = 0;
  #first = 0;

  /** @param active channels that have a frame in a step of a program that streams */
  constructor(sequencer: SequencerTwin, sizes: NetworkSizes, active: (step: number) => readonly boolean[]) {
    this.#sequencer = sequencer;
    this.#active = active;
    this.#sizes = sizes;
    this.#walk = new WordWalk(sizes.elemLanes);
  }

  /** A part of a copy is to be written. */
  get copyWrite(): boolean {
    return this.#state === 'write';
  }

  /** What it writes to the sequence memory. */
  get sequenceWrite(): SequenceWord | null {
    return this.#sequenceWrite;
  }

  /** What it does; null: it has no work. */
  get at(): string | null {
    return this.#state === 'idle' ? null : this.#state;
  }

  get workTake(): boolean {
    const waits = this.#reads.some((read) => read !== null) || this.#sequenceWrite !== null;
    return this.#state === 'drain' && !waits;
  }

  /**
   * @param readReady CELL leaves the read port
   * @param writeReady CELL leaves the write port
   * @param sequence whether the sequence memory has room, and all that was written can be read
   */
  tick(
    readReady: boolean,
    writeReady: boolean,
    sequence: { readonly room: boolean; readonly written: boolean },
    steps: readonly number[],
  ): void {
    const { work } = this.#sequencer;
    const sync = sequence.written ? this.#sequencer.sync : null;
    const { channels, beat } = this.#sizes;
    const finishes = this.workTake;
    const start = this.#state === 'idle' && work !== null;
    const f = work?.fields ?? {};
    const toPort = f.place === UNIT_PLACES.port;
    const toView = f.place === UNIT_PLACES.view;
    const toSequence = work !== null && !toPort && !toView;
    const target = this.#state === 'address' && this.#placed && toView;
    const reads = this.#state === 'words' && (toPort ? this.#queue.room : sequence.room) && readReady;
    const walkLast = this.#walk.last;
    const writes = this.#state === 'write' && writeReady;
    const lastPart = f.destReplicated !== 1 || this.#part === replicatedCycles(this.#sizes) - 1;
    const copied = writes && lastPart;
    const lastChannel = this.#channel >= channels - 1;
    const here = !toPort || this.#active(work!.t)[this.#channel] === true;

    // Beats of the oldest word.
    const out = this.#queue.head;
    const endsWord = out !== undefined && out.lastElem - this.#first < beat;
    this.beat = out === undefined ? null : { output: out.output, last: out.last && endsWord };
    if (out !== undefined) this.#first = endsWord ? 0 : this.#first + beat;
    this.#queue.tick(this.#push, endsWord);
    const arrived = this.#reads[2]!;
    this.#push = arrived !== null && 'output' in arrived ? arrived : null;
    this.#sequenceWrite = arrived !== null && 'first' in arrived ? arrived : null;
    const read = (): OutWord | SequenceWord =>
      toPort
        ? { output: f.port!, lastElem: this.#walk.lastElem, last: walkLast && f.last === 1 }
        : { first: frameOfSequence(work!, steps).line, last: walkLast };
    this.#reads = [reads ? read() : null, this.#reads[0]!, this.#reads[1]!];

    if (this.#state === 'channel' || this.#state === 'target') this.#walk.start(f);
    else if (reads || copied) this.#walk.step(f);
    if (this.#state === 'idle' || this.#state === 'address') this.#channel = 0;
    else if (toPort && ((reads && walkLast) || (this.#state === 'channel' && !here))) this.#channel++;
    if (this.#state === 'idle') this.#part = 0;
    else if (writes) this.#part = copied ? 0 : this.#part + 1;

    this.posts = sync ?? (finishes ? work!.posts : NO_POSTS);
    this.#state = this.#next({
      ...{ start, finishes, toView, here, lastChannel, readReady },
      wordsEnd: reads && walkLast,
      moreChannels: toPort && !lastChannel,
      copyEnds: copied && walkLast,
    });
    const viewDone = this.#viewLeft === 1;
    const sequenceDone = this.#sequenceLeft === 1;
    if (this.#viewLeft > 0) this.#viewLeft--;
    if (this.#sequenceLeft > 0) this.#sequenceLeft--;
    if (start || target) {
      this.#placed = false;
      // The address generators begin a cycle later.
      this.#viewLeft = viewAddress(work!, target ? 'dest' : 'source').cycles + 1;
    } else this.#placed ||= viewDone;
    if (start) {
      this.#sequencePlaced = !toSequence;
      this.#sequenceLeft = toSequence ? sequenceCycles(work!, steps) + 1 : 0;
    } else this.#sequencePlaced ||= sequenceDone;
  }

  #next({ start, finishes, toView, here, lastChannel, readReady, wordsEnd, moreChannels, copyEnds }: Moves): State {
    switch (this.#state) {
      case 'idle':
        return start ? 'address' : 'idle';
      case 'address':
        return this.#placed && this.#sequencePlaced ? (toView ? 'target' : 'channel') : 'address';
      case 'target':
        return this.#placed ? 'copy' : 'target';
      case 'channel':
        return here ? 'words' : lastChannel ? 'drain' : 'channel';
      case 'words':
        return !wordsEnd ? 'words' : moreChannels ? 'channel' : 'drain';
      case 'copy':
        return readReady ? 'wait' : 'copy';
      case 'wait':
        return 'write';
      case 'write':
        return copyEnds ? 'drain' : 'copy';
      case 'drain':
        return finishes ? 'idle' : 'drain';
    }
  }
}
