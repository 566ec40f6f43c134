import { icarus } from './icarus.ts';
import type { Simulator, SimulatorName } from './simulator.ts';
import { verilator } from './verilator.ts';

/** The simulators by their names. */
export const SIMULATOR_OF: Readonly<Record<SimulatorName, Simulator>> = { verilator, icarus };
