import type { Config } from '../../machine/config.ts';
import { weightsFit } from '../../machine/device.ts';
import { machineOf } from '../../machine/machine.ts';
import { placeProgram } from '../../program/network/place.ts';
import { weightMemory } from '../../program/network/sizes.ts';
import type { Program } from '../../program/program.ts';
import type { QuantizedGraph } from '../quantized_graph.ts';
import { MOST_WEIGHTS } from './choose_blocks.ts';
import { lower } from './lower.ts';
import { productsOf } from './plan.ts';

/** Fewer weights than this are not saved. */
const LEAST_WEIGHTS = 2 ** 12;

/**
 * Lowers a network for the hardware of a config. Positions that share a tile save cycles and cost weights: where the memory of the part has no room for
 * them, smaller blocks are taken until it has.
 *
 * @returns a program whose weights fit, if there is one; else the one that is the fastest
 * @throws EsegenError as {@link lower} does, and where a weight does not fit its word
 */
export function lowerFor(quantized: QuantizedGraph, config: Config): Program {
  const lowered = (most: number) => lower(quantized, machineOf(config), config.weights !== 'dram', most);
  const fastest = lowered(MOST_WEIGHTS);
  if (!sharesTiles(quantized)) return fastest;
  const { groups, lanes } = config.array;
  const fits = (program: Program) =>
    weightsFit(
      config,
      weightMemory(placeProgram(program, config), groups, config.activationQueue === 'group').weightDepth,
    );
  if (fits(fastest) || !weightsFit(config, leastWords(quantized, groups * lanes))) return fastest;
  for (let most = MOST_WEIGHTS / 2; most >= LEAST_WEIGHTS; most /= 2) {
    const program = lowered(most);
    if (fits(program)) return program;
  }
  return fastest;
}

function sharesTiles({ nodes }: QuantizedGraph): boolean {
  return nodes.some(({ layer }) => layer.kind === 'affine' && layer.positions > 1);
}

/** Words of a lane that no blocks make fewer. */
function leastWords({ nodes }: QuantizedGraph, lanes: number): number {
  let weights = 0;
  for (const { matrix } of nodes.flatMap(productsOf)) for (const value of matrix.values) weights += Number(value !== 0);
  return Math.ceil(weights / lanes);
}
