import { STREAMS } from '../../program/instruction.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import { stepsOfAxes } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import { DEFAULT_MEMORY, type MemoryRate } from '../word_supply.ts';
import { CycleAccount, waitOf } from './account.ts';
import { type NetworkInput, NetworkTwin } from './network_twin.ts';
import type { OutBeat } from './store_twin.ts';
import type { CycleWatch, UnitCycle } from './timeline.ts';

/** A beat of an output, and the cycle in which it leaves; cycle 0 is that in which the programs begin. */
export interface TimedBeat extends OutBeat {
  readonly cycle: number;
}

/** Cycles without a beat after which a run is given up. */
const PATIENCE = 1_000_000;
/** Registers from store_unit to the output: its own, and the slice. */
const TO_OUTPUT = 2;
/** All have stood at their ends for so many cycles: it has been seen. */
const SEEN = 3;

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
  const twin = new NetworkTwin(design, input, rate);
  const { places, groups, sequencers } = twin;
  const account = new CycleAccount(places, groups);
  const expected = counted?.to ?? framesOf(design, input);
  const beats: TimedBeat[] = [];
  let begin = counted?.from === 0 ? 0 : Number.POSITIVE_INFINITY;
  let seen = 0;
  let halted = 0;
  let restart = false;
  let lastBeat = 0;
  // The same object in all cycles, as there are many.
  const units: UnitCycle = {
    at: { load: null, mac: null, cell: null, store: null },
    tasks: { load: null, cell: null, store: null },
    ...{ sequencers, groups },
  };
  for (let cycle = 0, quiet = 0; seen !== expected || cycle < lastBeat; cycle++, quiet++) {
    if (quiet > PATIENCE) throw neverEnds(design.name, twin);
    const counts = cycle >= begin;
    if (counts) twin.look(units);
    if (cycle === begin) {
      account.begin();
      const names = places.map(({ name }) => name);
      watch?.begin(cycle, names);
    }
    twin.tick(restart);
    const { beat } = twin;
    if (beat !== null) {
      quiet = 0;
      lastBeat = cycle + TO_OUTPUT;
      beats.push({ ...beat, cycle: lastBeat });
      if (beat.last) watch?.answered(lastBeat);
      if (beat.last && ++seen === counted?.from) begin = lastBeat;
    }
    if (counts) {
      account.cycle(units.at, sequencers);
      watch?.cycle(units);
    }
    const { rests } = twin;
    const again = halted >= SEEN && rests;
    halted = restart ? 0 : rests ? halted + 1 : 0;
    restart = again && !restart;

    if (rests || restart || !twin.still) continue;
    const cycles = counts ? countedAlone(twin, units, account, watch, PATIENCE - quiet) : alone(twin, PATIENCE - quiet);
    cycle += cycles;
    quiet += cycles;
  }
  return { beats, account };
}

/** Cycles in which only the groups of MAC go on, until one of them has something to tell. */
function alone(twin: NetworkTwin, most: number): number {
  let cycles = 0;
  while (cycles < most) {
    cycles++;
    if (twin.tickGroups()) break;
  }
  return cycles;
}

/** As {@link alone}, of cycles that count. */
function countedAlone(
  twin: NetworkTwin,
  units: UnitCycle,
  account: CycleAccount,
  watch: CycleWatch | null,
  most: number,
): number {
  const waits = units.at.mac ?? waitOf(twin.sequencers.mac);
  let cycles = 0;
  while (cycles < most) {
    cycles++;
    const told = twin.tickGroups();
    account.mac(waits);
    watch?.again(units);
    if (told) break;
  }
  account.again(cycles);
  return cycles;
}

function neverEnds(name: string, { sequencers }: NetworkTwin): EsegenError {
  const where = STREAMS.map((unit) => `${unit.toUpperCase()} at word ${sequencers[unit].at}`).join(', ');
  const what = `the units wait for each other for ever: no beat in ${PATIENCE} cycles, ${where}`;
  return new EsegenError(`program of ${name}`, what, 'Build the design again; report it if that fails too');
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
