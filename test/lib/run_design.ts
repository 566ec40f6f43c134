import { withDesignDir } from '../../fixtures/design_dir.ts';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import type { SimulatorName } from '../../sim-verilator/simulator.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import type { RandomDesign } from './random_design.ts';

/**
 * Co-simulates a random design with its stimuli, checkpoints included. The golden model runs on the design as read back from
 * the memory images.
 */
export function runDesign({ compilation, run }: RandomDesign, simulator: SimulatorName): Promise<CosimResult> {
  const { stimuli, stalls, seed, memory } = run;
  return withDesignDir(compilation, (dir) =>
    cosimulate(dir, loadDesign(dir).design, stimuli, { simulator, seed, stalls, memory, checkpoints: true }),
  );
}
