import type { RegisterKind } from '../control/register.ts';
import type { DesignHash } from '../hdl/control_registers.ts';
import type { ModulePlan } from '../hdl/module_plan.ts';
import type { Config } from '../machine/config.ts';
import type { Design } from '../program/design.ts';
import { IMAGE_HEADER_WORDS, IMAGE_WEIGHTS_WORD, type WeightsSum } from '../program/image_words.ts';
import { VERSION } from '../util/version.ts';
import { registerDefines } from './register_defines.ts';

/** Bytes of a stream element. */
export const ELEMENT_BYTES = 2;

/** A word as C and JSON print it. */
export function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}

/** Sizes that the C headers of all kinds of designs have. */
interface HeaderSizes {
  readonly channels: number;
  readonly groups: number;
  readonly lanes: number;
  readonly inputBeat: number;
  readonly beat: number;
  readonly vectorBits: number;
}

/**
 * What the C header of any design prints.
 *
 * @param kind whether it runs networks, and not one layer, and whether the sequence memory is in external memory
 * @param hash by which driver and hardware know each other
 * @param weights of its weights in external memory; null where it has none there
 */
export function commonHeader(
  config: Config,
  { channels, groups, lanes, inputBeat, beat, vectorBits }: HeaderSizes,
  { network, sequence }: Pick<RegisterKind, 'network' | 'sequence'>,
  hash: DesignHash,
  weights: WeightsSum | null,
): ModulePlan['values'] {
  const prefix = config.name.toUpperCase();
  const dram = weights !== null;
  return {
    name: config.name,
    prefix,
    version: VERSION,
    network,
    channels,
    groups,
    lanes,
    inputBeat,
    beat,
    single: channels === 1,
    elementBits: 8 * ELEMENT_BYTES,
    elementBytes: ELEMENT_BYTES,
    vectorBits,
    elementMax: 2 ** (vectorBits - 1) - 1,
    clockHz: Math.round(config.clockMHz * 1e6),
    dram,
    weightBytes: weights?.bytes ?? 0,
    weightCrc: hex(weights?.crc ?? 0),
    sequence,
    ...registerDefines(prefix, { dram, network, sequence }, hash),
  };
}

/** Bytes of a frame in memory: whole beats. */
export function frameBytes(elements: number, beat: number): number {
  return Math.ceil(elements / beat) * beat * ELEMENT_BYTES;
}

/** What the C header of the design of one layer prints; see {@link commonHeader}. */
export function headerValues(
  { config, dimensions: d, formats }: Design,
  hash: DesignHash,
  weights: WeightsSum | null,
): ModulePlan['values'] {
  return {
    ...commonHeader(
      config,
      { ...d, inputBeat: 1, vectorBits: formats.vectorBits },
      { network: false, sequence: false },
      hash,
      weights,
    ),
    sequenceBytes: 0,
    inputs: d.inputs,
    cells: d.cells,
    outputs: d.outputs,
    maxInputs: d.maxInputs,
    maxCells: d.maxCells,
    maxOutputs: d.maxOutputs,
    projection: d.projection ? 1 : 0,
    peepholes: d.peepholes ? 1 : 0,
    xFrac: formats.xFrac,
    yFrac: formats.yFrac,
    xFrameBytes: d.inputs * ELEMENT_BYTES,
    yFrameBytes: frameBytes(d.outputs, d.beat),
  };
}

/** What of a design its C driver depends on. */
export interface DriverKind {
  readonly dram: boolean;
  readonly network: boolean;
  /** Whether it runs by utterance, and not step by step. */
  readonly utterance: boolean;
  /** Whether a host reads and writes states. */
  readonly states: boolean;
  /** Whether the sequence memory is in external memory. */
  readonly sequence: boolean;
}

/** What the C driver of a design prints. */
export function driverValues(name: string, kind: DriverKind): ModulePlan['values'] {
  const prefix = name.toUpperCase();
  const image = { headerBytes: 4 * IMAGE_HEADER_WORDS, weightsWord: IMAGE_WEIGHTS_WORD };
  return { name, prefix, version: VERSION, ...kind, clears: !kind.utterance, ...image };
}
