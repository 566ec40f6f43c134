import { replicatedCycles } from '../../machine/cell_pipeline.ts';
import { queueDepth } from '../../machine/queue_depth.ts';
import type { Stream } from '../../program/instruction.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import type { MemoryRate } from '../word_supply.ts';
import { segmentPlaces, segmentsOfCounts } from './account.ts';
import { CellTwin } from './cell_twin.ts';
import type { Progress } from './followed.ts';
import { FreeFeeds } from './free_feeds.ts';
import { GroupTwin } from './group_twin.ts';
import { HeldFeeds } from './held_feeds.ts';
import { LoadTwin } from './load_twin.ts';
import { MacTwin } from './mac_twin.ts';
import { SequenceReaderTwin } from './sequence_reader_twin.ts';
import { SequenceWriterTwin } from './sequence_writer_twin.ts';
import { NO_POSTS, type Posts, SequencerTwin } from './sequencer.ts';
import { type OutBeat, StoreTwin } from './store_twin.ts';
import type { UnitCycle } from './timeline.ts';
import { JoinTwin } from './token_join.ts';
import { WeightTwin } from './weight_twin.ts';
import { BufferTwin, RowImage } from './word_buffers.ts';
import { WritePort } from './write_port.ts';

/** What runs: steps of each utterance; or of a design that streams the channels that have a frame, step by step. */
export type NetworkInput =
  | { readonly utterances: readonly number[] }
  | { readonly batches: readonly (readonly boolean[])[] };

/** Word counts of the feeds of a group. */
function countsOf({ name, sizes, memories }: NetworkDesign, group: number): Uint32Array[] {
  const { lanes, inStep, sharedCounts } = sizes;
  const feeds = inStep ? 1 : lanes;
  return Array.from({ length: feeds }, (_, feed) => {
    const lane = group * lanes + (sharedCounts ? 0 : feed);
    return memories.get(`${name}_pointers_${String(lane).padStart(4, '0')}.mem`)!.words;
  });
}

/** What brings the weights from external memory; null where they are on chip. */
function externalOf({ sizes, weights: image }: NetworkDesign, rate: MemoryRate, sequencer: () => SequencerTwin) {
  const { external, groups, lanes, utterance } = sizes;
  if (external === null || image === null) return null;
  const rows = new RowImage(image, sizes, external);
  return {
    weights: new WeightTwin(sequencer(), external, rate, utterance),
    buffers: Array.from({ length: groups }, (_, group) => {
      return new BufferTwin(rows, group, lanes, external.bufferLimit);
    }),
  };
}

/** A sequence memory that takes and has a word in every cycle. */
const AT_ONCE = { ready: true, room: true, written: true };

/** What brings sequences to external memory and back; null where they are on chip. */
function sequencesOf({ sizes }: NetworkDesign, rate: MemoryRate, sequencer: () => SequencerTwin) {
  const { sequenceStream: stream } = sizes;
  if (stream === null) return null;
  const [writer, reader] = [new SequenceWriterTwin(stream, rate), new SequenceReaderTwin(sequencer(), stream, rate)];
  return {
    ...{ writer, reader },
    state: () => ({ ready: reader.ready, room: writer.room, written: writer.written }),
  };
}

/** Steps of the axes as all units see them. */
interface AxesBefore {
  readonly steps: number[];
  known: boolean;
  version: number;
}

/** All units of a network's hardware: registers as they are in a cycle; `tick` goes to the next one. */
export class NetworkTwin {
  /** Segments by their word counts. */
  readonly places: ReturnType<typeof segmentPlaces>;
  readonly groups: readonly GroupTwin[];
  readonly sequencers: Readonly<Record<Stream, SequencerTwin>>;
  readonly #load: LoadTwin;
  readonly #mac: MacTwin;
  readonly #cell: CellTwin;
  readonly #store: StoreTwin;
  readonly #supply: ReturnType<typeof externalOf>;
  readonly #sequence: ReturnType<typeof sequencesOf>;
  readonly #runs: JoinTwin;
  readonly #markers: JoinTwin;
  readonly #port: WritePort;
  // What is seen of a cycle; the same objects in all of them, as there are many cycles.
  readonly #posts: Posts[] = [NO_POSTS, NO_POSTS, NO_POSTS, NO_POSTS];
  readonly #runPulses: boolean[];
  readonly #markPulses: boolean[];
  readonly #axes: AxesBefore;
  readonly #seen: { readonly running: true; restart: boolean; readonly posts: Posts[]; readonly axes: AxesBefore };
  #progress: Progress;
  /** What is not of a group changed nothing in the last cycle. */
  #before = false;

  /** @param rate of external memory, for a design with its weights or its sequences there */
  constructor(design: NetworkDesign, input: NetworkInput, rate: MemoryRate) {
    const { name, sizes, memories, program } = design;
    const { groups, axes, utterance, channels } = sizes;
    const image = (file: string) => memories.get(`${name}_${file}.mem`)!;
    const sequencer = (stream: Stream | 'reader' | 'recall') => new SequencerTwin(stream, image(stream), axes);
    const [load, mac, cell, store] = [sequencer('load'), sequencer('mac'), sequencer('cell'), sequencer('store')];
    const beatsOf = (elements: number) => Math.ceil(elements / sizes.inputBeat);
    const stepBeats = program.inputs.reduce((sum, { elements, axis }) => sum + (axis === 0 ? beatsOf(elements) : 0), 0);
    const batches = 'batches' in input ? input.batches : [];
    const frames = { utterances: 'utterances' in input ? input.utterances : [], stepBeats, batches };
    const everyChannel = new Array<boolean>(channels).fill(true);
    this.sequencers = { load, mac, cell, store };
    this.#load = new LoadTwin(load, sizes, utterance ? image('axes') : null, frames);
    this.#mac = new MacTwin(mac);
    this.#cell = new CellTwin(cell, sizes);
    this.#store = new StoreTwin(store, sizes, (step) => (utterance ? everyChannel : (batches[step] ?? [])));
    const supply = externalOf(design, rate, () => sequencer('reader'));
    this.#supply = supply;
    this.#sequence = sequencesOf(design, rate, () => sequencer('recall'));
    this.places = segmentPlaces(design, (group) => countsOf(design, group));
    const segments = segmentsOfCounts(this.places);
    const depth = queueDepth(sizes);
    this.groups = Array.from({ length: groups }, (_, group) => {
      const counts = countsOf(design, group);
      const buffers = supply?.buffers[group] ?? null;
      const feeds =
        buffers === null && sizes.blocks.length === 0
          ? new FreeFeeds(depth, counts, segments, this.places.length)
          : new HeldFeeds(depth, counts, segments, this.places.length, buffers);
      return new GroupTwin(group, groups, feeds);
    });
    this.#runs = new JoinTwin(groups);
    this.#markers = new JoinTwin(groups);
    this.#port = new WritePort(sizes.replicated ? replicatedCycles(sizes) : 1);
    this.#runPulses = new Array<boolean>(groups).fill(false);
    this.#markPulses = new Array<boolean>(groups).fill(false);
    this.#axes = { steps: [...this.#load.axes.steps], known: false, version: 0 };
    this.#seen = { running: true, restart: false, posts: this.#posts, axes: this.#axes };
    this.#progress = { ready: this.#cell.ready, copied: this.#store.copied };
  }

  /** The beat of an output that leaves STORE. */
  get beat(): OutBeat | null {
    return this.#store.beat;
  }

  /** All programs are at their ends. */
  get rests(): boolean {
    const { load, mac, cell, store } = this.sequencers;
    return (
      load.halted &&
      mac.halted &&
      cell.halted &&
      store.halted &&
      (this.#supply === null || this.#supply.weights.halted) &&
      (this.#sequence === null || this.#sequence.reader.halted)
    );
  }

  /** What the units do in this cycle. */
  look({ at, tasks }: UnitCycle): void {
    at.load = this.#load.at;
    at.mac = this.#mac.at;
    at.cell = this.#cell.at;
    at.store = this.#store.at;
    tasks.load = this.#load.task;
    tasks.cell = this.#cell.task;
    tasks.store = this.#store.task;
  }

  /** @param restart the programs begin anew */
  tick(restart: boolean): void {
    const { groups } = this;
    const [load, mac, cell, store] = [this.#load, this.#mac, this.#cell, this.#store];
    const [posts, axes, port, runPulses, markPulses] = [
      this.#posts,
      this.#axes,
      this.#port,
      this.#runPulses,
      this.#markPulses,
    ];
    posts[0] = load.posts;
    posts[1] = mac.posts;
    posts[2] = cell.posts;
    posts[3] = store.posts;
    this.#seeAxes();
    const progress = this.#seeProgress();
    const { full, write, read } = cell;
    const { run } = mac;
    for (let group = 0; group < groups.length; group++) {
      runPulses[group] = groups[group]!.runRead;
      markPulses[group] = groups[group]!.marked;
    }
    const copy = store.copyWrite;
    const byCell = port.byCell(write);
    const loadReady = port.loadReady(write, copy, load.write);
    const { ready: wordReady, room, written } = this.#sequence?.state() ?? AT_ONCE;
    const loadTake = load.workTake(wordReady);
    const macTake = mac.workTake;
    const cellTake = cell.workTake;
    const storeMoves = store.moves(!read, !byCell, room, full);
    const loadQuiet = load.quiet;
    const storeQuiet = store.quiet;
    const macSync = mac.syncReady;
    const macIdle = mac.idle;
    const cellIdle = cell.idle;

    port.tick(write, copy, load.write);
    const wordTaken = load.takes(wordReady);
    const wordWritten = store.sequenceWrite;
    load.tick(loadReady, wordReady, restart);
    store.tick(storeMoves, !read, !byCell, { room, written }, full, axes.steps, restart);
    if (this.#sequence !== null) {
      this.#sequence.writer.tick(wordWritten);
      this.#sequence.reader.tick(wordTaken, posts, axes, restart);
    }
    mac.tick(progress, this.#runs.now(runPulses), this.#markers.now(markPulses), restart);
    cell.tick(restart);
    for (let group = 0; group < groups.length; group++) groups[group]!.tick(run, progress);
    if (this.#supply !== null) this.#supplyTick(restart);
    this.#runs.tick(runPulses);
    this.#markers.tick(markPulses);
    const seen = this.#seen;
    const sequencers = this.sequencers;
    seen.restart = restart;
    sequencers.load.tick(seen, loadTake, loadQuiet, loadQuiet);
    sequencers.mac.tick(seen, macTake, macSync, macIdle);
    sequencers.cell.tick(seen, cellTake, cellIdle, cellIdle);
    sequencers.store.tick(seen, storeMoves.takes, storeQuiet && written, storeQuiet);
  }

  /** Whether only groups go on, before one of them has something to tell: what is not of a group has changed nothing for two cycles. */
  get still(): boolean {
    const twice = this.#before;
    this.#before = this.#supply === null && this.#sequence === null && this.#unitsStill;
    return this.#before && twice && !this.#told;
  }

  /** Cycles in which only the groups go on: one, and whether MAC hears of a group then. */
  tickGroups(): boolean {
    const progress = this.#seeProgress();
    for (const group of this.groups) group.tick(null, progress);
    return this.#told;
  }

  /** MAC hears of a group. */
  get #told(): boolean {
    for (const { runRead, marked } of this.groups) if (runRead || marked) return true;
    return false;
  }

  get #unitsStill(): boolean {
    const { load, mac, cell, store } = this.sequencers;
    return (
      this.#cell.still &&
      this.#load.still &&
      this.#store.still &&
      this.#mac.still &&
      mac.still &&
      cell.still &&
      load.still &&
      store.still &&
      this.#runs.still &&
      this.#markers.still &&
      this.#port.still
    );
  }

  #seeAxes(): void {
    const seen = this.#axes;
    const { steps, known } = this.#load.axes;
    for (let axis = 0; axis < steps.length; axis++) {
      if (seen.steps[axis] === steps[axis]) continue;
      seen.steps[axis] = steps[axis]!;
      seen.version++;
    }
    seen.known = known;
  }

  #seeProgress(): Progress {
    const [ready, copied] = [this.#cell.ready, this.#store.copied];
    if (this.#progress.ready !== ready || this.#progress.copied !== copied) this.#progress = { ready, copied };
    return this.#progress;
  }

  #supplyTick(restart: boolean): void {
    const { weights, buffers } = this.#supply!;
    const room = buffers.every((own) => own.room);
    for (const own of buffers) own.tick(weights.row);
    weights.tick(room, this.#axes, restart);
  }
}
