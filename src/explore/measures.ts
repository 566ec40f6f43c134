import { createHash } from 'node:crypto';
import { estimateCycles } from '../cycles/estimate.ts';
import { estimateNetworkCycles } from '../cycles/network/estimate.ts';
import type { Config } from '../machine/config.ts';
import { checkDevice } from '../machine/device.ts';
import { familyToMap } from '../machine/parts.ts';
import { estimateResources } from '../machine/resources/estimate.ts';
import { GATES } from '../machine/tiles.ts';
import { weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import { layerHardware, networkHardware } from '../program/hardware_of.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import { countWeights } from '../program/weights.ts';
import { EsegenError } from '../util/errors.ts';
import type { BuiltPoint } from './record.ts';
import type { Made } from './workshop.ts';

/** What the cycle model says of a design. */
export interface Run {
  readonly cycles: number;
  readonly steps: number;
  /** Words that all lanes take in these steps. */
  readonly words: number;
}

/** What is in a design, whatever its part and clock. */
export type Figures = Pick<
  BuiltPoint,
  'machine' | 'lut' | 'lutram' | 'ff' | 'bram' | 'uram' | 'dsp' | 'storedWords' | 'storedBits' | 'density'
>;

/**
 * Refuses what the part of a config cannot hold, as `build` does.
 *
 * @throws EsegenError that names the limit
 */
export function checkPart(made: Made, config: Config): void {
  const { dsp } = figuresOf(made);
  if (made.kind === 'layer') checkDevice(config, made.design.dimensions, dsp);
  else checkDevice(config, { ...made.design.sizes, dram: made.design.sizes.external !== null }, dsp);
}

/** Whether a design answers a step as it comes. */
export function streams(made: Made): boolean {
  return made.kind === 'layer' || !made.design.sizes.utterance;
}

/** Voices that a design serves side by side. */
export function voicesOf(made: Made): number {
  return made.kind === 'layer' ? made.design.dimensions.channels : made.design.sizes.channels;
}

/** Bits of a word of a lane. */
export function wordBits({ design }: Made): number {
  return weightWordBits(design.config);
}

/**
 * Runs the cycle model.
 *
 * @throws EsegenError where its utterance is too short for the windows of the network
 */
export function runOf(made: Made): Run {
  if (made.kind === 'layer') {
    return { cycles: estimateCycles(made.design).cyclesPerFrame, steps: 1, words: layerWords(made.design).stored };
  }
  const estimate = estimateNetworkCycles(made.design);
  if (estimate !== null) return { cycles: estimate.cycles, steps: estimate.steps, words: estimate.words };
  throw new EsegenError('model', 'has windows that are longer than an utterance of the cycle model', 'Leave it out');
}

/** Resources and words of a design. */
export function figuresOf(made: Made): Figures {
  const { machine, stored, density, total } =
    made.kind === 'layer' ? layerFigures(made.design) : networkFigures(made.design);
  const { lut, lutram, ff, bram, uram, dsp } = total;
  const storedBits = stored * wordBits(made);
  return { machine, lut, lutram, ff, bram, uram, dsp, storedWords: stored, storedBits, density };
}

function layerFigures(design: Design) {
  const { dimensions: sizes } = design;
  const { stored, nonZeros } = layerWords(design);
  const { cells, outputs, inputs, projection } = sizes;
  const weights = GATES * cells * (inputs + outputs) + (projection ? outputs * cells : 0);
  const { total } = estimateResources(layerHardware(design), familyToMap(design.config.part));
  return { machine: 'layer', stored, density: nonZeros / weights, total } as const;
}

function layerWords({ matrices }: Design): { readonly stored: number; readonly nonZeros: number } {
  let [stored, nonZeros] = [0, 0];
  for (const { words: lanes, format } of matrices) {
    for (const words of lanes) {
      stored += words.length;
      for (let at = 0; at < words.length; at++) if (words[at]! >>> format.indexBits !== 0) nonZeros++;
    }
  }
  return { stored, nonZeros };
}

function networkFigures(design: NetworkDesign) {
  const { total } = estimateResources(networkHardware(design), familyToMap(design.config.part));
  const { density } = countWeights(design.program);
  return { machine: 'network', stored: storedWords(design), density, total } as const;
}

/** Words of all lanes: what their counts add up to. */
function storedWords({ name, sizes, memories }: NetworkDesign): number {
  const { groups, lanes, inStep, sharedCounts } = sizes;
  // Counts that lanes share stand for all of them.
  const shared = inStep || sharedCounts;
  let sum = 0;
  for (let lane = 0; lane < groups * lanes; lane += shared ? lanes : 1) {
    const counts = memories.get(`${name}_pointers_${String(lane).padStart(4, '0')}.mem`)!.words;
    for (let at = 0; at < counts.length; at++) sum += (shared ? lanes : 1) * counts[at]!;
  }
  return sum;
}

/** Sizes that no twin of the cycle model looks at. */
const WIDTHS: readonly string[] = [
  ...['weightBits', 'vectorBits', 'elementBits', 'actBits', 'accBits', 'biasBits', 'sumBits', 'saturate'],
  ...['sigmoidRange', 'tanhRange'],
];

/**
 * What the cycles of a network depend on, whatever its widths: programs, counts and sizes. Designs with weights or sequences in external
 * memory have none in common.
 *
 * @returns null where they do
 */
export function cycleContent({ name, sizes, memories, program }: NetworkDesign): string | null {
  if (sizes.external !== null || sizes.sequenceStream !== null) return null;
  const rest = Object.entries(sizes).filter(([key]) => !WIDTHS.includes(key));
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const [file, { words }] of memories) {
    if (!/_(?:pointers_\d+|load|mac|cell|store|axes)\.mem$/.test(file.slice(name.length))) continue;
    hash.update(file).update(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  }
  const ports = [program.inputs, program.outputs].map((list) => list.map(({ elements, axis }) => [elements, axis]));
  return hash.update(JSON.stringify(ports)).digest('hex');
}
