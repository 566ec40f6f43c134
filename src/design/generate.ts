import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Compilation } from '../compiler/compile.ts';
import { registersOf } from '../control/registers.ts';
import { benchFiles } from '../hdl/bench.ts';
import type { DesignHash } from '../hdl/control_registers.ts';
import type { ModulePlan } from '../hdl/module_plan.ts';
import { planModules } from '../hdl/plan.ts';
import { renderModule, renderTemplate } from '../hdl/render.ts';
import { TABLE_BITS, TABLE_FRAC, Z_BITS, Z_FRAC } from '../machine/formats.ts';
import { memoryPath } from '../machine/names.ts';
import { type FloatTensor, writeSafetensors } from '../model/import/write_safetensors.ts';
import type { LstmLayer, LstmModel } from '../model/lstm.ts';
import type { Design } from '../program/design.ts';
import { formatMem } from '../program/mem_image.ts';
import {
  IMAGE_FILE,
  IMAGE_HEADER_WORDS,
  IMAGE_WEIGHTS_WORD,
  packModelImage,
  type WeightsSum,
  weightsSum,
} from '../program/model_image.ts';
import { imageShapes, packDesign } from '../program/pack.ts';
import { packStream, STREAM_FILE, STREAM_MAP_FILE, streamBytes, streamMap } from '../program/stream.ts';
import { type FeatureNorm, STACK } from '../speech/features.ts';
import { EsegenError } from '../util/errors.ts';
import { schemaError } from '../util/schema_error.ts';
import { VERSION } from '../util/version.ts';
import { vivadoFiles } from '../vivado/files.ts';
import { designHash } from './design_hash.ts';
import { registerDefines } from './register_defines.ts';

/** Meaning of the classes of the output layer. */
export interface Labels {
  /** One text for each class. */
  readonly labels: readonly string[];
  /** Class of the CTC blank. */
  readonly blank: number;
}

/** What the host needs beside the model; null where the design has none. */
export interface HostFiles {
  readonly norm: FeatureNorm | null;
  readonly labels: Labels | null;
}

/** Files of a design directory: path with forward slashes → content. */
export type DesignFiles = Map<string, string | Uint8Array>;

/** Memories of one kind, e.g. the weights of all lanes. */
export interface MemoryGroup {
  /** File name without number and suffix. */
  readonly name: string;
  /** Number of memories, and words and bits of each. */
  readonly count: number;
  readonly depth: number;
  readonly width: number;
  /** All of them together, in 1,024 bits. */
  readonly kbit: number;
}

/** Name of the file that describes a design directory, and its format. */
export const DESIGN_FILE = 'design.json';
export const DESIGN_FORMAT = 1;
export const GENERATOR = 'esegen';

/** Where the host files lie in a design directory. */
export const HOST_PATHS = {
  model: 'host/model.safetensors',
  norm: 'host/norm.json',
  labels: 'host/labels.json',
} as const;

/** Bits of a stream element. */
const ELEMENT_BITS = 16;

const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

const labelsSchema = z.object({
  labels: z.array(z.string().regex(PRINTABLE, { error: 'expected 1 to 64 printable characters' })).min(1),
  blank: z.int(),
});

/**
 * Checks the content of a `labels.json` file: `labels`, the printable texts of the classes, and `blank`, the number of one
 * of them; other keys are ignored.
 *
 * @param value the parsed JSON
 * @param where file name for messages
 * @throws EsegenError naming the first key that is wrong
 */
export function parseLabels(value: unknown, where: string): Labels {
  const fix = 'Expected are labels, an array of texts, and blank, the number of one of them';
  const result = labelsSchema.safeParse(value);
  if (!result.success) throw schemaError(where, result.error, fix);
  const { labels, blank } = result.data;
  if (blank < 0 || blank >= labels.length) {
    throw new EsegenError(`${where}: blank`, `expected an integer from 0 to ${labels.length - 1}, got ${blank}`, fix);
  }
  return { labels, blank };
}

/**
 * All files of a design directory, `design.json` last. Pure: the same inputs give the same bytes.
 *
 * @param compilation the compiled layer
 * @param model the model that it was compiled from; its output layer goes along for the host
 * @param host files for the host, already checked against the model
 */
export function generate(compilation: Compilation, model: LstmModel, host: HostFiles): DesignFiles {
  const { design, layer } = compilation;
  const { name } = design.config;
  const files: DesignFiles = new Map();

  const hash = designHash(design);
  const weights = design.dimensions.dram ? packStream(design.matrices, design.dimensions) : null;
  const sum = weights === null ? null : weightsSum(weights);
  const modules = planModules(design, hash, sum).map((plan) => ({ path: `rtl/${plan.file}.v`, plan }));
  for (const { path, plan } of modules) files.set(path, renderModule(plan));
  checkName(name, files.get(`rtl/${name}.v`) as string);
  for (const [file, image] of packDesign(design)) files.set(memoryPath(name, file), formatMem(image));
  files.set(IMAGE_FILE, packModelImage(design, hash, sum));
  if (weights !== null && sum !== null) {
    files.set(STREAM_FILE, weights);
    files.set(STREAM_MAP_FILE, printJson({ ...streamMap(design.dimensions), bytes: sum.bytes, crc32: hex(sum.crc) }));
  }

  for (const [file, content] of benchFiles(design)) files.set(`tb/${file}`, content);

  files.set(HOST_PATHS.model, writeSafetensors(modelTensors(layer, model)));
  if (host.norm !== null) files.set(HOST_PATHS.norm, printNorm(host.norm));
  if (host.labels !== null) files.set(HOST_PATHS.labels, printJson(host.labels));

  const rtlPaths = modules.map(({ path }) => path);
  const memPaths = [...imageShapes(design).keys()].map((file) => memoryPath(name, file));
  files.set('files.f', `${rtlPaths.join('\n')}\n`);
  const vivado = vivadoFiles(design, { rtl: rtlPaths, mem: memPaths });
  for (const [path, content] of vivado) files.set(path, content);
  files.set(`sw/${name}.h`, renderTemplate('header.h.hbs', headerValues(design, hash, sum)));
  for (const ending of ['h', 'c']) {
    files.set(`sw/${name}_driver.${ending}`, renderTemplate(`driver.${ending}.hbs`, driverValues(design)));
  }
  files.set('README.md', renderTemplate('README.md.hbs', readmeValues(compilation, host)));
  files.set(DESIGN_FILE, describe(compilation, files));
  return files;
}

/** Sizes of the memories, by kind. */
export function memoryGroups(design: Pick<Design, 'config' | 'dimensions' | 'formats' | 'schedule'>): MemoryGroup[] {
  const groups = new Map<string, { count: number; depth: number; width: number }>();
  for (const [file, { depth, width }] of imageShapes(design)) {
    const name = file.replace(/(_\d+)?\.mem$/, '');
    // Every ElemMul lane of every channel has tables of its own, loaded from the one file.
    const copies = name === 'sigmoid' || name === 'tanh' ? design.dimensions.channels * design.dimensions.elemLanes : 1;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { count: copies, depth, width });
    else group.count += copies;
  }
  return [...groups].map(([name, group]) => ({
    name,
    ...group,
    kbit: (group.count * group.depth * group.width) / 1024,
  }));
}

/** SHA-256 of a file, 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The pruned layer and the output layer by PyTorch's names; all biases of the layer stand in `bias_ih_l0`. */
export function modelTensors(layer: LstmLayer, { outputLayer }: LstmModel): Map<string, FloatTensor> {
  const { inputs, cells, outputs, weightP, peepholes } = layer;
  const tensors = new Map<string, FloatTensor>([
    ['lstm.weight_ih_l0', { shape: [4 * cells, inputs], data: layer.weightX }],
    ['lstm.weight_hh_l0', { shape: [4 * cells, outputs], data: layer.weightR }],
    ['lstm.bias_ih_l0', { shape: [4 * cells], data: layer.bias }],
  ]);
  if (weightP !== null) tensors.set('lstm.weight_hr_l0', { shape: [outputs, cells], data: weightP });
  if (peepholes !== null) {
    for (const gate of ['i', 'f', 'o'] as const) {
      tensors.set(`lstm.weight_c${gate}`, { shape: [cells], data: peepholes[gate] });
    }
  }
  if (outputLayer !== null) {
    tensors.set('fc.weight', { shape: [outputLayer.classes, outputs], data: outputLayer.weight });
    tensors.set('fc.bias', { shape: [outputLayer.classes], data: outputLayer.bias });
  }
  return tensors;
}

function printNorm(norm: FeatureNorm): string {
  return printJson({ mean: [...norm.mean], istd: [...norm.istd], stack: STACK });
}

/** `design.json`: what the directory holds, and the hash of every other file. */
function describe({ design, report }: Compilation, files: DesignFiles): string {
  const { config, dimensions, formats, schedule } = design;
  const { inputs, cells, outputs, projection, peepholes } = dimensions;
  return printJson({
    format: DESIGN_FORMAT,
    generator: GENERATOR,
    version: VERSION,
    config: sorted(config),
    shape: { inputs, cells, outputs, projection, peepholes },
    formats: sorted(formats),
    dimensions: sorted(dimensions),
    schedule: schedule.map(sorted),
    report: sorted(report),
    files: sorted(Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)]))),
  });
}

/** No signal or instance of the top module may have its name: within the module, tools would take one for the other. */
function checkName(name: string, top: string): void {
  const code = top.replace(/\/\/.*/g, '');
  const uses = code.match(new RegExp(`\\b${name}\\b`, 'g'))!.length;
  if (uses > 1) {
    throw new EsegenError('name', `expected a name that no signal of the top module has, got "${name}"`);
  }
}

/** An object with its keys in order of their code units, at every level, so that it always prints the same. */
function sorted(value: object): object {
  const item = (inner: unknown) => (typeof inner === 'object' && inner !== null ? sorted(inner) : inner);
  if (Array.isArray(value)) return value.map(item);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]: [string, unknown]) => [key, item(inner)]),
  );
}

function printJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function driverValues({ config, dimensions }: Design): ModulePlan['values'] {
  const prefix = config.name.toUpperCase();
  const image = { headerBytes: 4 * IMAGE_HEADER_WORDS, weightsWord: IMAGE_WEIGHTS_WORD };
  return { name: config.name, prefix, version: VERSION, dram: dimensions.dram, ...image };
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}

function headerValues(
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
    ...registerDefines(config.name.toUpperCase(), registersOf(d), hash),
  };
}

/** Rows of the table of number formats. */
function formatRows({ dimensions: d, formats: f }: Design): Readonly<Record<string, string | number>>[] {
  return [
    { what: 'x', bits: f.vectorBits, fraction: f.xFrac },
    { what: 'c', bits: f.vectorBits, fraction: f.cFrac },
    ...(d.projection ? [{ what: 'm', bits: f.vectorBits, fraction: f.mFrac }] : []),
    { what: 'y', bits: f.vectorBits, fraction: f.yFrac },
    { what: 'W_x', bits: f.weightBits, fraction: f.weightXFrac },
    { what: 'W_r', bits: f.weightBits, fraction: f.weightRFrac },
    ...(d.projection ? [{ what: 'W_ym', bits: f.weightBits, fraction: f.weightPFrac }] : []),
    { what: 'bias', bits: f.biasBits, fraction: f.accFrac },
    ...(d.peepholes ? [{ what: 'peepholes', bits: f.peepBits, fraction: f.peepFrac }] : []),
    { what: 'gate accumulators', bits: f.accBits, fraction: f.accFrac },
    ...(d.projection ? [{ what: 'projection accumulators', bits: f.accBits, fraction: f.weightPFrac + f.mFrac }] : []),
    { what: 'gate sums z', bits: Z_BITS, fraction: Z_FRAC },
    { what: 'table words', bits: TABLE_BITS, fraction: TABLE_FRAC },
  ];
}

function readmeValues({ design, report }: Compilation, host: HostFiles): ModulePlan['values'] {
  const { config, dimensions: d, formats } = design;
  return {
    name: config.name,
    version: VERSION,
    inputs: d.inputs,
    cells: d.cells,
    outputs: d.outputs,
    projection: d.projection,
    peepholes: d.peepholes,
    channels: d.channels,
    groups: d.groups,
    multipliers: d.multipliers,
    lanes: d.lanes,
    elemLanes: d.elemLanes,
    fifoDepth: config.fifoDepth,
    indexBits: config.indexBits,
    weightBits: formats.weightBits,
    weights: report.weights,
    nonZeros: report.nonZeros,
    density: ((100 * report.nonZeros) / report.weights).toFixed(2),
    padding: report.padding,
    wordsMax: report.wordsMax,
    saturates: formats.saturate,
    sigmoidRange: formats.sigmoidRange,
    tanhRange: formats.tanhRange,
    dram: d.dram,
    busBits: d.busBits,
    weightBytes: streamBytes(d),
    clockMHz: config.clockMHz,
    part: config.part,
    formats: formatRows(design),
    memories: memoryGroups(design).map((group) => ({ ...group, kbit: group.kbit.toFixed(1) })),
    hasNorm: host.norm !== null,
    hasLabels: host.labels !== null,
  };
}
