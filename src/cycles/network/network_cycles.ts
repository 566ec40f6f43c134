import { replicatedCycles } from '../../machine/cell_pipeline.ts';
import { queueDepth } from '../../machine/queue_depth.ts';
import { STREAMS, type Stream } from '../../program/instruction.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import { stepsOfAxes } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import { DEFAULT_MEMORY, type MemoryRate } from '../word_supply.ts';
import { CycleAccount, segmentPlaces, segmentsOfCounts, waitOf } from './account.ts';
import { CellTwin } from './cell_twin.ts';
import { FreeFeeds } from './free_feeds.ts';
import { GroupTwin } from './group_twin.ts';
import { HeldFeeds } from './held_feeds.ts';
import { LoadTwin } from './load_twin.ts';
import { MacTwin } from './mac_twin.ts';
import { SequenceReaderTwin } from './sequence_reader_twin.ts';
import { SequenceWriterTwin } from './sequence_writer_twin.ts';
import { NO_POSTS, type Posts, SequencerTwin } from './sequencer.ts';
import { type OutBeat, StoreTwin } from './store_twin.ts';
import type { CycleWatch, UnitCycle } from './timeline.ts';
import { JoinTwin } from './token_join.ts';
import { WeightTwin } from './weight_twin.ts';
import { BufferTwin, RowImage } from './word_buffers.ts';

/** A beat of an output, and the cycle in which it leaves; cycle 0 is that in which the programs begin. */
export interface TimedBeat extends OutBeat {
  readonly cycle: number;
}

/** What runs: steps of each utterance; or of a design that streams the channels that have a frame, step by step. */
export type NetworkInput =
  | { readonly utterances: readonly number[] }
  | { readonly batches: readonly (readonly boolean[])[] };

/** Cycles without a beat after which a run is given up. */
const PATIENCE = 1_000_000;
/** Registers from store_unit to the output: its own, and the slice. */
const TO_OUTPUT = 2;

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

/** Writes of VMEM that go to all groups, part by part: CELL first, then a copy, then LOAD. */
class WritePort {
  readonly #parts: number;
  #cellPart = 0;
  #cellMore = false;
  #loadPart = 0;

  constructor(parts: number) {
    this.#parts = parts;
  }

  /** No part of a word is left. */
  get still(): boolean {
    return !this.#cellMore && this.#loadPart === 0;
  }

  /** CELL has the port, in this cycle. */
  byCell(cell: { readonly replicated: boolean } | null): boolean {
    return cell !== null || this.#cellMore;
  }

  /** LOAD has the port, and with it the last part of its word. */
  loadReady(cell: { readonly replicated: boolean } | null, copy: boolean, load: boolean | undefined): boolean {
    return this.#loadGoes(cell, copy, load) && (!load || this.#loadPart === this.#parts - 1);
  }

  #loadGoes(cell: { readonly replicated: boolean } | null, copy: boolean, load: boolean | undefined): boolean {
    return load !== undefined && !this.byCell(cell) && !copy;
  }

  tick(cell: { readonly replicated: boolean } | null, copy: boolean, load: boolean | undefined): void {
    if (this.#parts === 1) return;
    if (this.#loadGoes(cell, copy, load)) {
      this.#loadPart = this.loadReady(cell, copy, load) ? 0 : this.#loadPart + 1;
    }
    if (cell !== null) {
      this.#cellMore = cell.replicated;
      this.#cellPart = 1;
    } else {
      if (this.#cellPart === this.#parts - 1) this.#cellMore = false;
      this.#cellPart++;
    }
  }
}

/**
 * The cycle model of a network: runs the program words of a design as the hardware does, register for register, without its data. Beats of the
 * input are never late, those of the output are taken at once.
 *
 * @param rate of external memory, for a design with its weights or its sequences there
 * @throws EsegenError where the units wait for each other for ever
 */
export function networkCycles(design: NetworkDesign, input: NetworkInput, rate = DEFAULT_MEMORY): TimedBeat[] {
  return accountedCycles(design, input, null, rate).beats;
}

/**
 * As {@link networkCycles}, with what the units did.
 *
 * @param counted frames of the output from whose last beat on, and up to whose last beat, cycles count; nothing runs behind that. null: all
 *   runs, and nothing is counted
 * @param watch sees every cycle that counts
 */
export function accountedCycles(
  design: NetworkDesign,
  input: NetworkInput,
  counted: { readonly from: number; readonly to: number } | null,
  rate: MemoryRate,
  watch: CycleWatch | null = null,
): { readonly beats: TimedBeat[]; readonly account: CycleAccount } {
  const { name, sizes, memories, program } = design;
  const { groups, axes, utterance } = sizes;
  const image = (file: string) => memories.get(`${name}_${file}.mem`)!;
  const sequencer = (stream: Stream | 'reader' | 'recall') => new SequencerTwin(stream, image(stream), axes);
  const [loadProgram, macProgram, cellProgram, storeProgram] = (['load', 'mac', 'cell', 'store'] as const).map(
    sequencer,
  ) as [SequencerTwin, SequencerTwin, SequencerTwin, SequencerTwin];
  const beatsOf = (elements: number) => Math.ceil(elements / sizes.inputBeat);
  const stepBeats = program.inputs.reduce((sum, { elements, axis }) => sum + (axis === 0 ? beatsOf(elements) : 0), 0);
  const batches = 'batches' in input ? input.batches : [];
  const frames = { utterances: 'utterances' in input ? input.utterances : [], stepBeats, batches };
  const everyChannel = new Array<boolean>(sizes.channels).fill(true);
  const load = new LoadTwin(loadProgram, sizes, utterance ? image('axes') : null, frames);
  const mac = new MacTwin(macProgram);
  const cell = new CellTwin(cellProgram, sizes);
  const store = new StoreTwin(storeProgram, sizes, (step) => (utterance ? everyChannel : (batches[step] ?? [])));
  const depth = queueDepth(sizes);
  const supply = externalOf(design, rate, () => sequencer('reader'));
  const sequence = sequencesOf(design, rate, () => sequencer('recall'));
  const places = segmentPlaces(design, (group) => countsOf(design, group));
  const segments = segmentsOfCounts(places);
  const all = Array.from({ length: groups }, (_, group) => {
    const counts = countsOf(design, group);
    const buffers = supply?.buffers[group] ?? null;
    const feeds =
      buffers === null && sizes.blocks.length === 0
        ? new FreeFeeds(depth, counts, segments, places.length)
        : new HeldFeeds(depth, counts, segments, places.length, buffers);
    return new GroupTwin(group, groups, feeds);
  });
  const [runs, markers] = [new JoinTwin(groups), new JoinTwin(groups)];
  const port = new WritePort(sizes.replicated ? replicatedCycles(sizes) : 1);

  const account = new CycleAccount(places, all);
  const sequencers = { load: loadProgram, mac: macProgram, cell: cellProgram, store: storeProgram };
  const expected = counted?.to ?? framesOf(design, input);
  const beats: TimedBeat[] = [];
  let begin = counted?.from === 0 ? 0 : Number.POSITIVE_INFINITY;
  let seen = 0;
  let halted = 0;
  let restart = false;
  let lastBeat = 0;
  // What is seen of a cycle; the same objects in all of them, as there are many cycles.
  const posts: Posts[] = [NO_POSTS, NO_POSTS, NO_POSTS, NO_POSTS];
  const runPulses = new Array<boolean>(groups).fill(false);
  const markPulses = new Array<boolean>(groups).fill(false);
  const axisSteps = { steps: [...load.axes.steps], known: false, version: 0 };
  const seenByAll = { running: true, restart, posts, axes: axisSteps };
  const what: UnitCycle['at'] = { load: null, mac: null, cell: null, store: null };
  const tasks: UnitCycle['tasks'] = { load: null, cell: null, store: null };
  let before = false;
  /** Whether what is not of a group has changed nothing for two cycles. */
  const still = () => {
    const twice = before;
    before =
      cell.still &&
      load.still &&
      store.still &&
      mac.still &&
      macProgram.still &&
      cellProgram.still &&
      loadProgram.still &&
      storeProgram.still &&
      runs.still &&
      markers.still &&
      port.still;
    return before && twice;
  };
  const units: UnitCycle = { at: what, tasks, sequencers, groups: all };
  for (let cycle = 0, quiet = 0; seen !== expected || cycle < lastBeat; cycle++, quiet++) {
    if (quiet > PATIENCE) {
      const where = STREAMS.map((unit) => `${unit.toUpperCase()} at word ${sequencers[unit].at}`).join(', ');
      const what = `the units wait for each other for ever: no beat in ${PATIENCE} cycles, ${where}`;
      throw new EsegenError(`program of ${name}`, what, 'Build the design again; report it if that fails too');
    }
    posts[0] = load.posts;
    posts[1] = mac.posts;
    posts[2] = cell.posts;
    posts[3] = store.posts;
    const { ready, full, write, read } = cell;
    const progress = { ready, copied: store.copied };
    const { run } = mac;
    for (let group = 0; group < groups; group++) {
      runPulses[group] = all[group]!.runRead;
      markPulses[group] = all[group]!.marked;
    }
    const copy = store.copyWrite;
    const byCell = port.byCell(write);
    const loadReady = port.loadReady(write, copy, load.write);
    const { steps, known } = load.axes;
    for (let axis = 0; axis < steps.length; axis++) {
      if (axisSteps.steps[axis] === steps[axis]) continue;
      axisSteps.steps[axis] = steps[axis]!;
      axisSteps.version++;
    }
    axisSteps.known = known;
    const { ready: wordReady, room: wordRoom, written } = sequence?.state() ?? AT_ONCE;
    const loadTake = load.workTake(wordReady);
    const macTake = mac.workTake;
    const cellTake = cell.workTake;
    const storeTake = store.moves(!read, !byCell, wordRoom, full).takes;
    const loadQuiet = load.quiet;
    const storeQuiet = store.quiet;
    const macSync = mac.syncReady;
    const macIdle = mac.idle;
    const cellIdle = cell.idle;

    const counts = cycle >= begin;
    if (counts) {
      what.load = load.at;
      what.mac = mac.at;
      what.cell = cell.at;
      what.store = store.at;
      tasks.load = load.task;
      tasks.cell = cell.task;
      tasks.store = store.task;
    }

    if (cycle === begin) {
      account.begin();
      const names = places.map(({ name: segment }) => segment);
      watch?.begin(cycle, names);
    }
    port.tick(write, copy, load.write);
    const wordTaken = load.takes(wordReady);
    const wordWritten = store.sequenceWrite;
    load.tick(loadReady, wordReady, restart);
    store.tick(!read, !byCell, { room: wordRoom, written }, full, axisSteps.steps, restart);
    sequence?.writer.tick(wordWritten);
    sequence?.reader.tick(wordTaken, posts, axisSteps, restart);
    mac.tick(progress, runs.now(runPulses), markers.now(markPulses), restart);
    cell.tick(restart);
    for (const group of all) group.tick(run, progress);
    if (supply !== null) {
      const { weights, buffers } = supply;
      const room = buffers.every((own) => own.room);
      for (const own of buffers) own.tick(weights.row);
      weights.tick(room, axisSteps, restart);
    }
    runs.tick(runPulses);
    markers.tick(markPulses);
    seenByAll.restart = restart;
    loadProgram.tick(seenByAll, loadTake, loadQuiet, loadQuiet);
    macProgram.tick(seenByAll, macTake, macSync, macIdle);
    cellProgram.tick(seenByAll, cellTake, cellIdle, cellIdle);
    storeProgram.tick(seenByAll, storeTake, storeQuiet && written, storeQuiet);

    if (store.beat !== null) {
      quiet = 0;
      lastBeat = cycle + TO_OUTPUT;
      beats.push({ ...store.beat, cycle: lastBeat });
      if (store.beat.last) watch?.answered(lastBeat);
      if (store.beat.last && ++seen === counted?.from) begin = lastBeat;
    }
    if (counts) {
      account.cycle(what, sequencers);
      watch?.cycle(units);
    }

    // All have stood at their ends for two cycles, and it has been seen.
    const rests =
      loadProgram.halted &&
      macProgram.halted &&
      cellProgram.halted &&
      storeProgram.halted &&
      (supply === null || supply.weights.halted) &&
      (sequence === null || sequence.reader.halted);
    const again = halted >= 3 && rests;
    halted = restart ? 0 : rests ? halted + 1 : 0;
    restart = again && !restart;

    // Where only the groups go on, nothing else is looked at before one of them has something to tell.
    if (rests || restart || supply !== null || sequence !== null || !still()) continue;
    const seenByGroups = { ready: cell.ready, copied: store.copied };
    const first = cycle;
    const waits = what.mac ?? waitOf(macProgram);
    while (quiet < PATIENCE && !all.some(tells)) {
      cycle++;
      quiet++;
      for (const group of all) group.tick(null, seenByGroups);
      if (!counts) continue;
      account.mac(waits);
      watch?.again(units);
    }
    if (counts) account.again(cycle - first);
  }
  return { beats, account };
}

/** MAC hears of the group. */
function tells({ runRead, marked }: GroupTwin): boolean {
  return runRead || marked;
}

/** Frames of all outputs in a run. */
export function framesOf({ program }: NetworkDesign, input: NetworkInput): number {
  if ('batches' in input) {
    return program.outputs.length * input.batches.flat().filter((active) => active).length;
  }
  let frames = 0;
  for (const count of input.utterances) {
    const steps = stepsOfAxes(program, count);
    for (const { axis } of program.outputs) frames += steps[axis]!;
  }
  return frames;
}
