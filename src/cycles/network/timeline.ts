import { SEMAPHORE_STREAMS, SEMAPHORES, STREAMS, type Stream } from '../../program/instruction.ts';
import { hardwareStream } from '../../program/network/unit_program.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import type { Program } from '../../program/program.ts';
import { joinSpans, type Span, type Timeline } from '../timeline.ts';
import { waitOf } from './account.ts';
import type { GroupTwin } from './group_twin.ts';
import type { SequencerTwin, Work } from './sequencer.ts';

/** What the units do in a cycle. */
export interface UnitCycle {
  /** What a unit does; null where it has no work, which its sequencer explains. */
  readonly at: Readonly<Record<Stream, string | null>>;
  /** The work of units that do one after the other. */
  readonly tasks: Readonly<Record<Exclude<Stream, 'mac'>, Work | null>>;
  readonly sequencers: Readonly<Record<Stream, SequencerTwin>>;
  readonly groups: readonly GroupTwin[];
}

/** Sees the cycles of a run that count. */
export interface CycleWatch {
  /**
   * Before the first of them.
   *
   * @param segments their names, in the order in which the groups count words
   */
  begin(cycle: number, groups: readonly GroupTwin[], segments: readonly string[]): void;
  cycle(units: UnitCycle): void;
  /** A frame of an output leaves with its last beat in a cycle, counted or not. */
  answered(cycle: number): void;
}

/** A span that goes on. */
type Draft = { -readonly [K in keyof Span]: Span[K] };

/** What CELL does while an instruction waits for the one before it. */
const BEHIND = 'waits for the instruction before';

/** What an instruction is about: its line in a timeline, and the layer. */
interface Subject {
  readonly what: string;
  readonly layer: string;
}

/** Node that the name of a segment, of parameters or of a vector begins with. */
function layerOf(name: string): string {
  return name.split('.', 1)[0]!;
}

function subjectsOf(program: Program, stream: Stream): Subject[] {
  const { inputs, outputs, sequences, parameters, views, vectors } = program;
  const vectorOf = (view: number) => vectors[views[view]!.vector]!.name;
  return hardwareStream(program, stream).map((instruction) => {
    switch (instruction.op) {
      case 'load': {
        const { from } = instruction;
        if ('input' in from) return { what: `input ${inputs[from.input]!.name}`, layer: inputs[from.input]!.name };
        return { what: `sequence ${sequences[from.sequence]!.name}`, layer: layerOf(sequences[from.sequence]!.name) };
      }
      case 'store': {
        const { to, from } = instruction;
        if ('output' in to) return { what: `output ${outputs[to.output]!.name}`, layer: outputs[to.output]!.name };
        if ('sequence' in to) {
          return { what: `sequence ${sequences[to.sequence]!.name}`, layer: layerOf(sequences[to.sequence]!.name) };
        }
        const what = `${to.block === null ? 'copy' : 'spectra'} of ${vectorOf(from)}`;
        return { what, layer: layerOf(vectorOf(from)) };
      }
      case 'cell': {
        const { name } = parameters[instruction.parameters]!;
        return { what: name, layer: layerOf(name) };
      }
      default:
        return { what: instruction.op, layer: '' };
    }
  });
}

/**
 * Writes down what the four units do, cycle by cycle, as spans.
 *
 * MAC is at the segment from which most lanes have a word; its share is that of all its lanes. Its spans are cut at cycles in which no lane of any
 * group has one.
 */
export class TimelineRecorder implements CycleWatch {
  readonly #subjects: Readonly<Record<Exclude<Stream, 'mac'>, readonly Subject[]>>;
  readonly #limit: number;
  readonly #spans: Readonly<Record<Stream, Draft[]>> = { load: [], mac: [], cell: [], store: [] };
  readonly #answers: number[] = [];
  #segments: readonly string[] = [];
  #count = 0;
  #first = 0;
  #cycle = 0;
  #worked: Float64Array = new Float64Array(0);
  #before: Float64Array = new Float64Array(0);
  #full = false;

  /**
   * @param limit spans at which recording ends
   */
  constructor({ program }: NetworkDesign, limit: number) {
    const of = (stream: Stream) => subjectsOf(program, stream);
    this.#subjects = { load: of('load'), cell: of('cell'), store: of('store') };
    this.#limit = limit;
  }

  begin(cycle: number, groups: readonly GroupTwin[], segments: readonly string[]): void {
    this.#segments = segments;
    this.#first = cycle;
    this.#cycle = cycle;
    this.#before = this.#words(groups);
  }

  cycle({ at, tasks, sequencers, groups }: UnitCycle): void {
    if (this.#full) return;
    for (const unit of STREAMS) {
      const waiting = sequencers[unit];
      if (unit === 'mac') this.#mac(groups, waiting);
      else {
        const doing = at[unit];
        const task = tasks[unit];
        if (doing === null) this.#wait(unit, waiting);
        else {
          const subject = task === null ? { what: doing, layer: '' } : this.#subjects[unit][task.at]!;
          if (doing === BEHIND) this.#add(unit, { ...subject, kind: 'wait', on: 'cell', share: null });
          else this.#add(unit, { ...subject, kind: 'work', on: null, share: null });
        }
      }
    }
    this.#cycle++;
    this.#full = this.#count >= this.#limit;
  }

  answered(cycle: number): void {
    this.#answers.push(cycle);
  }

  /** What was recorded. */
  timeline(): Timeline {
    return {
      units: STREAMS.map((id) => ({ id, label: id.toUpperCase() })),
      from: this.#first,
      to: this.#cycle,
      answers: this.#answers.filter((cycle) => cycle >= this.#first && cycle < this.#cycle),
      spans: STREAMS.flatMap((unit) => joinSpans(this.#spans[unit])),
    };
  }

  #words(groups: readonly GroupTwin[]): Float64Array {
    const words =
      this.#worked.length === this.#segments.length ? this.#worked : new Float64Array(this.#segments.length);
    words.fill(0);
    for (const { worked } of groups) for (let n = 0; n < words.length; n++) words[n]! += worked[n]!;
    return words;
  }

  #mac(groups: readonly GroupTwin[], sequencer: SequencerTwin): void {
    const words = this.#words(groups);
    let [most, all, segment] = [0, 0, 0];
    for (let n = 0; n < words.length; n++) {
      const own = words[n]! - this.#before[n]!;
      all += own;
      if (own > most) [most, segment] = [own, n];
    }
    this.#worked = this.#before;
    this.#before = words;
    if (all > 0) {
      const feeds = groups.reduce((sum, own) => sum + own.feeds, 0);
      const what = this.#segments[segment]!;
      this.#add('mac', { kind: 'work', what, layer: layerOf(what), on: null, share: all / feeds });
      return;
    }
    const chained = groups.some(({ waits }) => waits === 'waits for progress of CELL');
    if (chained) this.#add('mac', { kind: 'wait', what: 'progress of CELL', layer: '', on: 'cell', share: 0 });
    else if (groups.some(({ hungry }) => hungry > 0)) {
      this.#add('mac', { kind: 'wait', what: 'external memory', layer: '', on: null, share: 0 });
    } else this.#wait('mac', sequencer);
  }

  #wait(unit: Stream, sequencer: SequencerTwin): void {
    const { waitsFor } = sequencer;
    const share = unit === 'mac' ? 0 : null;
    if (waitsFor === null) {
      this.#add(unit, { kind: 'wait', what: waitOf(sequencer), layer: '', on: null, share });
      return;
    }
    const semaphore = SEMAPHORES[waitsFor]!;
    const what = semaphore.replace(/[01]$/, '');
    this.#add(unit, { kind: 'wait', what, layer: '', on: SEMAPHORE_STREAMS[semaphore][0], share });
  }

  #add(unit: Stream, own: Omit<Span, 'unit' | 'from' | 'to'>): void {
    const spans = this.#spans[unit];
    const last = spans.at(-1);
    const [from, to] = [this.#cycle, this.#cycle + 1];
    if (last !== undefined && last.kind === own.kind && last.what === own.what && last.on === own.on) {
      const length = from - last.from;
      if (last.share !== null) last.share = (last.share * length + (own.share ?? 0)) / (length + 1);
      last.to = to;
      return;
    }
    spans.push({ unit, from, to, ...own });
    this.#count++;
  }
}
