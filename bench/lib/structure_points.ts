import type { Utterances } from '../../src/compiler/passes/calibrate.ts';
import { type CompiledNetwork, compileNetwork } from '../../src/compiler/pipeline.ts';
import { estimateNetworkCycles } from '../../src/cycles/network/estimate.ts';
import type { Config } from '../../src/machine/config.ts';
import type { Resources } from '../../src/machine/resources/counts.ts';
import { estimateForPart } from '../../src/machine/resources/part_estimate.ts';
import type { Graph } from '../../src/model/graph.ts';
import { networkHardware } from '../../src/program/hardware_of.ts';
import { storedWords } from '../../src/program/network/stored_words.ts';
import { networkDesign } from '../../src/program/network_design.ts';

/** A network with one structure of its recurrent layers, on hardware for it. */
export interface StructurePoint {
  readonly name: string;
  readonly graph: Graph;
  /** All points of a task have one array; what is not sparse has no index. */
  readonly config: Config;
}

/** What a point takes. */
export interface StructureFigures {
  readonly compiled: CompiledNetwork;
  readonly words: number;
  readonly bits: number;
  /** A step in steady state, by the cycle model. */
  readonly cycles: number;
  /** By the resource model: of the whole design, and of the units that transform blocks. */
  readonly resources: Resources;
  readonly transforms: Pick<Resources, 'lut' | 'dsp'>;
  /** Whether it fits its part; null where the part is not listed. */
  readonly fits: string | null;
}

/** Units that only hardware for spectra has. */
const TRANSFORMS = /^(spectr|inverse|forward|rotation|pair_turn|corner_turn|turned_inverse|cell_inverse)/;

/** Compiles a point and measures it; nothing is simulated. */
export function measureStructure({ graph, config }: StructurePoint, utterances: Utterances): StructureFigures {
  const compiled = compileNetwork(graph, config, utterances);
  const design = networkDesign(compiled.program, config);
  const stored = storedWords(compiled.program, [config.indexBits], config.activationQueue === 'group');
  const { cycles } = estimateNetworkCycles(design)!;
  const { units, total, fit } = estimateForPart(networkHardware(design), config.part);
  const own = units.filter(({ name }) => TRANSFORMS.test(name));
  const transforms = {
    lut: own.reduce((sum, { all }) => sum + all.lut, 0),
    dsp: own.reduce((sum, { all }) => sum + all.dsp, 0),
  };
  return { compiled, ...stored, cycles, resources: total, transforms, fits: fit?.verdict ?? null };
}
