import type { DesignHash } from '../hdl/control_registers.ts';
import type { ModulePlan } from '../hdl/module_plan.ts';
import type { Design } from '../program/design.ts';
import { IMAGE_HEADER_WORDS, IMAGE_WEIGHTS_WORD, type WeightsSum } from '../program/image_words.ts';
import { VERSION } from '../util/version.ts';
import { registerDefines } from './register_defines.ts';

/** Bits of a stream element. */
const ELEMENT_BITS = 16;

/** A word as C and JSON print it. */
export function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}

/** What the C header of a design prints. */
export function headerValues(
  { config, dimensions: d, formats }: Design,
  hash: DesignHash,
  weights: WeightsSum | null,
): ModulePlan['values'] {
  const elementBytes = ELEMENT_BITS / 8;
  return {
    name: config.name,
    prefix: config.name.toUpperCase(),
    version: VERSION,
    inputs: d.inputs,
    cells: d.cells,
    outputs: d.outputs,
    maxInputs: d.maxInputs,
    maxCells: d.maxCells,
    maxOutputs: d.maxOutputs,
    channels: d.channels,
    groups: d.groups,
    lanes: d.lanes,
    beat: d.beat,
    single: d.channels === 1,
    projection: d.projection ? 1 : 0,
    peepholes: d.peepholes ? 1 : 0,
    elementBits: ELEMENT_BITS,
    elementBytes,
    vectorBits: formats.vectorBits,
    elementMax: 2 ** (formats.vectorBits - 1) - 1,
    xFrac: formats.xFrac,
    yFrac: formats.yFrac,
    xFrameBytes: d.inputs * elementBytes,
    yFrameBytes: Math.ceil(d.outputs / d.beat) * d.beat * elementBytes,
    clockHz: Math.round(config.clockMHz * 1e6),
    dram: d.dram,
    weightBytes: weights?.bytes ?? 0,
    weightCrc: hex(weights?.crc ?? 0),
    ...registerDefines(config.name.toUpperCase(), { dram: d.dram, network: false }, hash),
  };
}

/** What its C driver prints. */
export function driverValues({ config, dimensions }: Design): ModulePlan['values'] {
  const prefix = config.name.toUpperCase();
  const image = { headerBytes: 4 * IMAGE_HEADER_WORDS, weightsWord: IMAGE_WEIGHTS_WORD };
  return { name: config.name, prefix, version: VERSION, dram: dimensions.dram, ...image };
}
