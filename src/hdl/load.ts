import { weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import {
  IMAGE_HEADER_WORDS,
  IMAGE_MAGIC,
  IMAGE_VERSIONS,
  IMAGE_WEIGHTS_WORD,
  type WeightsSum,
} from '../program/image_words.ts';
import { MEMORY_KINDS } from '../program/model_image.ts';
import { imageShapes } from '../program/pack.ts';
import { clog2 } from '../util/fixed.ts';
import type { DesignHash } from './control_registers.ts';
import { lit, type ModulePlan, modulePlan } from './module_plan.ts';

type LoadableDesign = Pick<Design, 'config' | 'dimensions' | 'formats' | 'schedule'>;

/** Kind of the memories with a file name, e.g. 'weights'. */
function kindOf(name: string): number {
  return MEMORY_KINDS.indexOf(name as (typeof MEMORY_KINDS)[number]);
}

/** Shapes of the memories by file name, as the load bus addresses them: weights lane by lane. */
function loadableShapes(design: LoadableDesign): [file: string, shape: { width: number; depth: number }][] {
  const { config } = design;
  const width = weightWordBits(config);
  return [...imageShapes(design)].map(([file, shape]) => [
    file,
    file.startsWith('weights') ? { ...shape, width } : shape,
  ]);
}

/** What modules print that have the load bus: its widths, and the codes of the kinds. */
export function loadView(design: LoadableDesign) {
  const shapes = loadableShapes(design);
  return {
    loadAddr: Math.max(...shapes.map(([, { depth }]) => clog2(depth)), 11),
    loadData: Math.max(...shapes.map(([, { width }]) => width)),
    kindWeights: kindOf('weights'),
    kindPointers: kindOf('pointers'),
    kindParams: kindOf('elem'),
    kindSigmoid: kindOf('sigmoid'),
    kindTanh: kindOf('tanh'),
    kindSchedule: kindOf('schedule'),
  };
}

/** Picks the words for one memory. */
export function loadDecode(design: Design): ModulePlan {
  const { loadAddr, loadData } = loadView(design);
  return modulePlan('load_decode', { loadAddr, loadData });
}

/** What a loader of images knows of a kind of memories. */
export interface LoaderKind {
  readonly kind: number;
  readonly name: string;
  /** Memories of the kind. */
  readonly count: number;
  /** Entries of a memory, a literal of an address and a bit, and 32-bit words of an entry after the first. */
  readonly depth: string;
  readonly parts: number;
}

/** What a loader of images is made from. */
export interface LoaderSpec {
  readonly network: boolean;
  readonly loadAddr: number;
  readonly loadData: number;
  readonly kinds: readonly LoaderKind[];
  /** Words 5 to 7 of the header, and what they are of the model that the memories begin with. */
  readonly model: readonly (readonly [name: string, value: number])[];
  /** Largest first one. */
  readonly most: number;
  /** First kind that is loaded by parts; 0 where none is. */
  readonly partsKind: number;
  readonly dram: boolean;
  /** Weights in UltraRAM: there is no model until one is loaded. */
  readonly ultra: boolean;
}

/**
 * Loader of images of any design.
 *
 * @param weights of the weights in external memory; null where there are none
 */
export function loaderPlan(spec: LoaderSpec, hash: DesignHash, weights: WeightsSum | null): ModulePlan {
  const { network, loadAddr, loadData, kinds, model, most, partsKind, dram, ultra } = spec;
  const kindBits = network ? 4 : 3;
  const values = model.flatMap(([name, value], at) => [
    [`model${at}`, name] as const,
    [`model${at}Value`, value] as const,
  ]);
  return modulePlan('image_loader', {
    ...{ network, loadAddr, loadData, partsKind, dram, ultra },
    kinds: kinds.map((own) => ({ ...own, code: lit(kindBits, own.kind) })),
    kindBits,
    kindMsb: kindBits - 1,
    kindTop: 11 + kindBits,
    kindEnd: 12 + kindBits,
    zeroAbove: lit(20 - kindBits, 0),
    hash: hash.toString(16).padStart(16, '0'),
    magic: IMAGE_MAGIC.toString(16),
    imageVersion: network ? IMAGE_VERSIONS.network : IMAGE_VERSIONS.layer,
    headerWords: IMAGE_HEADER_WORDS,
    lastHeaderWord: IMAGE_HEADER_WORDS - 1,
    weightBytesWord: IMAGE_WEIGHTS_WORD,
    weightCrcWord: IMAGE_WEIGHTS_WORD + 1,
    // Header and CRC.
    leastWords: IMAGE_HEADER_WORDS + 1,
    one: lit(loadAddr + 1, 1),
    maxInputs: most,
    mostPorts: most.toString(16).padStart(8, '0'),
    ...Object.fromEntries(values),
    weightBytes: weights?.bytes ?? 0,
    weightCrc: (weights?.crc ?? 0).toString(16).padStart(8, '0'),
  });
}

/**
 * Loader of the images of one layer.
 *
 * @param weights of the weights in external memory; null where there are none
 */
export function imageLoader(design: Design, hash: DesignHash, weights: WeightsSum | null): ModulePlan {
  const { dimensions: d } = design;
  const { loadAddr, loadData } = loadView(design);
  const shapes = loadableShapes(design);
  const kinds = MEMORY_KINDS.flatMap((name, kind): LoaderKind[] => {
    const [, shape] = shapes.find(([file]) => file.startsWith(name)) ?? [];
    if (shape === undefined) return [];
    const numbers = name === 'weights' || name === 'pointers' ? d.groups * d.lanes : name === 'elem' ? d.elemLanes : 1;
    const parts = Math.ceil(shape.width / 32) - 1;
    return [{ kind, name, count: numbers, depth: lit(loadAddr + 1, shape.depth), parts }];
  });
  const model = [
    ['inputs', d.inputs],
    ['cells', d.cells],
    ['outputs', d.outputs],
  ] as const;
  const { dram, maxInputs: most } = d;
  const spec = { network: false, loadAddr, loadData, kinds, model, most, partsKind: 0, dram, ultra: false };
  return loaderPlan(spec, hash, weights);
}
