import { replicatedCycles } from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { SEMAPHORES } from '../../program/instruction.ts';
import { UNIT_PLACES } from '../../program/unit_words.ts';
import { type Followed, isWritten, NOTHING_WRITTEN, tokensAmong } from './followed.ts';
import { frameOfSequence, sequenceCycles } from './sequence_address.ts';
import type { SequenceWord } from './sequence_writer_twin.ts';
import { NO_POSTS, type Posts, type SequencerTwin, type Work } from './sequencer.ts';
import type { SpectralCopy } from './spectral_copy.ts';
import { spectralCopyTwin } from './spectral_twin.ts';
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

const COPIED = SEMAPHORES.indexOf('copied');

type State = 'idle' | 'channel' | 'words' | 'copy' | 'wait' | 'write' | 'spectra';

/** What happens in a cycle. */
interface Moves {
  readonly toPort: boolean;
  readonly toView: boolean;
  /** The channel at hand has a frame. */
  readonly here: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly copied: boolean;
  /** It reads for spectra; its spectra begin. */
  readonly spectralReads: boolean;
  readonly spectralStart: boolean;
  /** The STORE at hand ends; the next one is taken. */
  readonly ends: boolean;
  readonly takes: boolean;
}

/** Cycles without work after which no register changes any more; a copy ends with its last write, so nothing is in a transform then. */
const SETTLED = 8;
const NO_MOVES: Moves = {
  toPort: false,
  toView: false,
  here: false,
  reads: false,
  writes: false,
  copied: false,
  spectralReads: false,
  spectralStart: false,
  ends: false,
  takes: false,
};

/** Twin of store_unit; whoever takes its beats is never late. */
export class StoreTwin {
  posts: Posts = NO_POSTS;
  /** The beat that leaves. */
  beat: OutBeat | null = null;
  /** What MAC follows. */
  copied: Followed = NOTHING_WRITTEN;
  readonly #sequencer: SequencerTwin;
  readonly #sizes: NetworkSizes;
  readonly #active: (step: number) => readonly boolean[];
  readonly #walk: WordWalk;
  readonly #targetWalk: WordWalk;
  readonly #queue = new WordQueue<OutWord>();
  readonly #spectra: SpectralCopy;
  /** Addresses of the next STORE: the source first, then the target of a copy. */
  #begun = false;
  #target = false;
  #viewLeft = 0;
  #sequenceLeft = 0;
  #placed = false;
  #sequencePlaced = false;
  /** The STORE at hand. */
  #state: State = 'idle';
  #own: Work | null = null;
  #sourceBase = 0;
  /** Words on their way: what was read one, two, three cycles ago. */
  #reads: (OutWord | SequenceWord | null)[] = [null, null, null];
  #push: OutWord | null = null;
  #sequenceWrite: SequenceWord | null = null;
  #channel = 0;
  #part = 0;
  #first = 0;
  /** Cycles without work. */
  #rest = 0;

  /** @param active channels that have a frame in a step of a program that streams */
  constructor(sequencer: SequencerTwin, sizes: NetworkSizes, active: (step: number) => readonly boolean[]) {
    this.#sequencer = sequencer;
    this.#active = active;
    this.#sizes = sizes;
    this.#walk = new WordWalk(sizes);
    this.#targetWalk = new WordWalk(sizes);
    this.#spectra = spectralCopyTwin(sizes);
  }

  /** It changes nothing before there is work. */
  get still(): boolean {
    return this.#rest > SETTLED && this.#sequencer.work === null && this.#sequencer.sync === null;
  }

  /** A part of a copy is to be written. */
  get copyWrite(): boolean {
    return this.#state === 'write' || this.#spectra.write;
  }

  /** What it writes to the sequence memory. */
  get sequenceWrite(): SequenceWord | null {
    return this.#sequenceWrite;
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

  /** The word at hand can be read: CELL has written it, and with the last one all that it writes with it. */
  #isThere(full: Followed): boolean {
    const { last, address } = this.#walk;
    return isWritten(this.#own?.targets[0] ?? 0, last ? { ...full, progress: 0 } : full, address);
  }

  /** All that it took is done. */
  get quiet(): boolean {
    const onTheWay = this.#reads.some((read) => read !== null) || this.#sequenceWrite !== null;
    return this.#state === 'idle' && this.#sequencer.work === null && !onTheWay;
  }

  /**
   * What ends in this cycle, and whether the next STORE is taken.
   *
   * @param readFree, writeReady, sequenceRoom, full as in {@link tick}
   */
  moves(readFree: boolean, writeReady: boolean, sequenceRoom: boolean, full: Followed): Moves {
    if (this.still) return NO_MOVES;
    const f = this.#own?.fields ?? {};
    const readReady = readFree && this.#isThere(full);
    const toPort = f.place === UNIT_PLACES.port;
    const toView = f.place === UNIT_PLACES.view;
    const here = !toPort || this.#active(this.#own!.t)[this.#channel] === true;
    const lastChannel = this.#channel >= this.#sizes.channels - 1;
    const reads = this.#state === 'words' && (toPort ? this.#queue.room : sequenceRoom) && readReady;
    const writes = this.#state === 'write' && writeReady;
    const lastPart = f.destReplicated !== 1 || this.#part === replicatedCycles(this.#sizes) - 1;
    const copied = writes && lastPart;
    const last = this.#walk.last;
    const ends =
      (reads && last && (!toPort || lastChannel)) ||
      (copied && last) ||
      (this.#spectra.lastWrite && writeReady) ||
      (this.#state === 'channel' && !here && lastChannel);
    const free = this.#state === 'idle' || (ends && !toView);
    const takes = this.#begun && this.#placed && this.#sequencePlaced && free;
    const spectralReads = this.#spectra.read && readReady;
    const spectralStart = this.#state === 'channel' && toView && (f.blockBits ?? 0) > 0;
    return { toPort, toView, here, reads, writes, copied, spectralReads, spectralStart, ends, takes };
  }

  /**
   * @param moves of this cycle
   * @param readFree CELL leaves the read port
   * @param writeReady CELL leaves the write port
   * @param sequence whether the sequence memory has room, and all that was written can be read
   * @param full what CELL has written
   * @param steps of the axes
   * @param restart the programs begin anew
   */
  tick(
    moves: Moves,
    readFree: boolean,
    writeReady: boolean,
    sequence: { readonly room: boolean; readonly written: boolean },
    full: Followed,
    steps: readonly number[],
    restart: boolean,
  ): void {
    if (restart) this.copied = NOTHING_WRITTEN;
    if (this.still) return;
    const { work } = this.#sequencer;
    const nothing = work === null && this.#sequencer.sync === null && this.#state === 'idle' && this.quiet;
    this.#rest = nothing && this.#queue.head === undefined && this.#push === null ? this.#rest + 1 : 0;
    const sync = sequence.written ? this.#sequencer.sync : null;
    const { beat } = this.#sizes;
    const readReady = readFree && this.#isThere(full);
    if (!restart) this.copied = this.#followed();
    const { toPort, toView, here, reads, writes, copied, spectralReads, spectralStart, ends, takes } = moves;
    const quiet = this.quiet;
    const begins = work !== null && !this.#begun;
    const f = this.#own?.fields ?? {};
    const walkLast = this.#walk.last;

    // Beats of the oldest word.
    const out = this.#queue.head;
    const endsWord = out !== undefined && out.lastElem - this.#first < beat;
    this.beat = out === undefined ? null : { output: out.output, last: out.last && endsWord };
    if (out !== undefined) this.#first = endsWord ? 0 : this.#first + beat;
    this.#queue.tick(this.#push, endsWord);
    const arrived = this.#reads[2]!;
    this.#push = arrived !== null && 'output' in arrived ? arrived : null;
    this.#sequenceWrite = arrived !== null && 'first' in arrived ? arrived : null;
    const onTheWay = this.#reads;
    onTheWay[2] = onTheWay[1]!;
    onTheWay[1] = onTheWay[0]!;
    onTheWay[0] = reads ? this.#read(toPort, walkLast, steps) : null;

    const dest = this.#state === 'channel' && toView ? viewAddress(this.#own!, 'dest').address : null;
    if (this.#state === 'channel') this.#walk.start(f, this.#sourceBase, f.sourceReplicated === 1);
    else if (reads || copied || spectralReads) this.#walk.step(f);
    if (dest !== null) this.#targetWalk.start(f, dest, f.destReplicated === 1);
    else if (copied) this.#targetWalk.step(f);
    this.#spectra.tick(spectralStart ? dest : null, readReady, walkLast, writeReady);
    if (takes) this.#channel = 0;
    else if (toPort && ((reads && walkLast) || (this.#state === 'channel' && !here))) this.#channel++;
    if (takes) this.#part = 0;
    else if (writes) this.#part = copied ? 0 : this.#part + 1;

    this.posts = sync !== null && quiet ? sync : ends ? this.#own!.posts : NO_POSTS;
    if (takes) this.#state = 'channel';
    else if (ends) this.#state = 'idle';
    else if (this.#state === 'channel')
      this.#state = spectralStart ? 'spectra' : toView ? 'copy' : here ? 'words' : 'channel';
    else if (this.#state === 'words') this.#state = reads && walkLast ? 'channel' : 'words';
    else if (this.#state === 'copy') this.#state = readReady ? 'wait' : 'copy';
    else if (this.#state === 'wait') this.#state = 'write';
    else if (this.#state === 'write') this.#state = 'copy';
    if (takes) {
      this.#own = work;
      this.#sourceBase = viewAddress(work!, 'source').address;
    }
    this.#address(begins, takes, steps);
  }

  /** The word that is read. */
  #read(toPort: boolean, last: boolean, steps: readonly number[]): OutWord | SequenceWord {
    const own = this.#own!;
    if (!toPort) return { first: frameOfSequence(own, steps).line, last };
    return { output: own.fields.port!, lastElem: this.#walk.lastElem, last: last && own.fields.last === 1 };
  }

  /** What MAC sees a cycle later: words of spectra in pairs of elements. */
  #followed(): Followed {
    const { posted: before, progress: stood } = this.copied;
    const posted = (before + tokensAmong(this.posts, COPIED)) & 15;
    const writes =
      this.#state === 'spectra' || this.#state === 'copy' || this.#state === 'wait' || this.#state === 'write';
    const follows = writes && tokensAmong(this.#own!.posts, COPIED) > 0;
    const address = this.#state === 'spectra' ? this.#spectra.address & ~1 : this.#targetWalk.address;
    const progress = follows ? address : 0;
    return posted === before && progress === stood ? this.copied : { posted, progress };
  }

  /** Addresses of the next STORE; the generators begin a cycle later. */
  #address(begins: boolean, takes: boolean, steps: readonly number[]): void {
    const { work } = this.#sequencer;
    const place = work?.fields.place;
    const toSequence = place !== UNIT_PLACES.port && place !== UNIT_PLACES.view;
    const viewDone = this.#viewLeft === 1;
    const sequenceDone = this.#sequenceLeft === 1;
    const target = viewDone && place === UNIT_PLACES.view && !this.#target;
    if (this.#viewLeft > 0) this.#viewLeft--;
    if (this.#sequenceLeft > 0) this.#sequenceLeft--;
    if (takes) this.#begun = false;
    else if (begins) this.#begun = true;
    if (begins || target) this.#viewLeft = viewAddress(work!, target ? 'dest' : 'source').cycles + 1;
    if (begins) {
      this.#target = false;
      this.#placed = false;
      this.#sequencePlaced = !toSequence;
      this.#sequenceLeft = toSequence ? sequenceCycles(work!, steps) + 1 : 0;
      return;
    }
    this.#target ||= target;
    this.#placed ||= viewDone && !target;
    this.#sequencePlaced ||= sequenceDone;
  }
}
