import { type Formats, TABLE_BITS, TABLE_ENTRIES } from '../machine/formats.ts';
import { GATES } from '../machine/tiles.ts';
import { type WordFormat, weightColumnBits, weightWordBits } from '../machine/word_format.ts';
import type { CellParameters, Design, DesignMatrices } from './design.ts';
import type { Dimensions } from './dimensions.ts';
import type { EncodedWords } from './encode.ts';
import { type MemImage, memFromBigInts, memFromWords, memWord } from './mem_image.ts';
import { packStep, stepFields } from './schedule.ts';
import { unpackStream } from './stream.ts';

/** File of the schedule. */
export const SCHEDULE_FILE = 'schedule.mem';

/** Number of a lane in a file name, as the RTL composes it: four digits for lanes of the array, three for those of ElemMul. */
function laneName(prefix: string, lane: number): string {
  return `${prefix}_${String(lane).padStart(prefix === 'elem' ? 3 : 4, '0')}.mem`;
}

/** Lanes that have a memory of their own: the first of every group where the lanes of a group share it. */
function memoryLanes(d: Dimensions, shared: boolean): number[] {
  const step = shared ? d.lanes : 1;
  return Array.from({ length: (d.groups * d.lanes) / step }, (_, at) => at * step);
}

function pointerLanes(d: Dimensions): number[] {
  return memoryLanes(d, d.sharedCounts);
}

/** Words of a lane over all matrices. */
function laneWeights(matrices: DesignMatrices, d: Dimensions, lane: number): Uint32Array {
  const weights = new Uint32Array(d.weightDepth);
  for (const [at, { base }] of d.segments.entries()) weights.set(matrices[at]!.words[lane]!, base);
  return weights;
}

/** Words of several lanes side by side, the first one in the low bits. */
function sideBySide(lanes: readonly Uint32Array[], bits: number): bigint[] {
  return Array.from(lanes[0]!, (_, at) =>
    lanes.reduceRight((word, ofLane) => (word << BigInt(bits)) | BigInt(ofLane[at]!), 0n),
  );
}

/** Signed integer as the bits of a memory word. */
function toBits(value: number, bits: number): bigint {
  return BigInt.asUintN(bits, BigInt(value));
}

function fromBits(word: bigint, bits: number): number {
  return Number(BigInt.asIntN(bits, word));
}

/** Gate parameter g (i, f, g, o) of a cell; the cell input has no peephole. */
function peepholeOf(peepholes: NonNullable<CellParameters['peepholes']>, gate: number): Int16Array | null {
  return [peepholes.i, peepholes.f, null, peepholes.o][gate]!;
}

/** Cell of word w in ElemMul lane e (gather.v): cells are numbered along the lanes. */
function cellOf(word: number, elemLane: number, elemLanes: number): number {
  return word * elemLanes + elemLane;
}

function packParameters({ dimensions: d, formats, cells }: Design, elemLane: number): MemImage {
  const words = new Array<bigint>(d.paramDepth).fill(0n);
  for (let word = 0; word * GATES < d.paramDepth; word++) {
    const cell = cellOf(word, elemLane, d.elemLanes);
    if (cell >= d.cells) continue;
    for (let gate = 0; gate < GATES; gate++) {
      let bits = toBits(cells.bias[gate * d.cells + cell]!, formats.biasBits);
      const peephole = cells.peepholes === null ? null : peepholeOf(cells.peepholes, gate);
      if (peephole !== null) bits |= toBits(peephole[cell]!, formats.peepBits) << BigInt(formats.biasBits);
      words[word * GATES + gate] = bits;
    }
  }
  return memFromBigInts(d.paramBits, words);
}

/**
 * Memory images of a design by file name (in `mem/`, behind the name of the design: memoryPath):
 *
 * - `weights_LLLL`   words of lane LLLL (group by group): W_x, W_r, W_ym, each from its base on; none where they are in
 *   external memory (stream.ts). Where the lanes of a group work in step, the words of all of them side by side in columns of
 *   weightColumnBits, lane LLLL in the low bits
 * - `pointers_LLLL`  words in each column of lane LLLL: columns of W_x, W_r, W_ym; of the first lane of each group where all
 *   of them have the same
 * - `elem_EEE`      row 4w + gate: {peephole, bias} of the cell of word w in ElemMul lane EEE
 * - `sigmoid`, `tanh`, `schedule`
 */
export function packDesign(design: Design): Map<string, MemImage> {
  const { config, dimensions: d, matrices, tables, schedule } = design;
  const images = new Map<string, MemImage>();
  const width = weightWordBits(config);
  const column = weightColumnBits(config);
  for (const lane of d.dram ? [] : memoryLanes(d, d.inStep)) {
    const words = Array.from({ length: d.inStep ? d.lanes : 1 }, (_, at) => laneWeights(matrices, d, lane + at));
    const image = d.inStep
      ? memFromBigInts(column * words.length, sideBySide(words, column))
      : memFromWords(width, words[0]!);
    images.set(laneName('weights', lane), image);
  }
  for (const lane of pointerLanes(d)) {
    const pointers = new Uint32Array(d.pointerDepth);
    for (const [at, { pointer }] of d.segments.entries()) pointers.set(matrices[at]!.counts[lane]!, pointer);
    images.set(laneName('pointers', lane), memFromWords(d.countBits, pointers));
  }
  for (let lane = 0; lane < d.elemLanes; lane++) images.set(laneName('elem', lane), packParameters(design, lane));
  for (const [name, table] of Object.entries(tables)) {
    images.set(
      `${name}.mem`,
      memFromWords(
        TABLE_BITS,
        Uint32Array.from(table, (v) => v & 0xffff),
      ),
    );
  }
  const fields = stepFields(d);
  const stepBits = fields.reduce((sum, f) => sum + f.bits, 0);
  images.set(
    SCHEDULE_FILE,
    memFromBigInts(
      stepBits,
      schedule.map((step) => packStep(step, fields)),
    ),
  );
  return images;
}

/**
 * Memories of a design as the load bus addresses them: those of {@link packDesign}, but the weights lane by lane also where lanes work in
 * step.
 */
export function loadableImages(
  { config, dimensions: d, matrices }: Design,
  files: ReadonlyMap<string, MemImage>,
): ReadonlyMap<string, MemImage> {
  if (!d.inStep) return files;
  const width = weightWordBits(config);
  const images = new Map<string, MemImage>();
  for (let lane = 0; lane < d.groups * d.lanes; lane++) {
    images.set(laneName('weights', lane), memFromWords(width, laneWeights(matrices, d, lane)));
  }
  for (const [file, image] of files) if (!file.startsWith('weights')) images.set(file, image);
  return images;
}

/** Shape of every memory image of a design: what a reader of the files must find. */
export function imageShapes(design: Pick<Design, 'config' | 'dimensions' | 'formats' | 'schedule'>) {
  const { config, dimensions: d, schedule } = design;
  const shapes = new Map<string, { width: number; depth: number }>();
  const width = d.inStep ? d.lanes * weightColumnBits(config) : weightWordBits(config);
  for (const lane of d.dram ? [] : memoryLanes(d, d.inStep)) {
    shapes.set(laneName('weights', lane), { width, depth: d.weightDepth });
  }
  for (const lane of pointerLanes(d))
    shapes.set(laneName('pointers', lane), { width: d.countBits, depth: d.pointerDepth });
  for (let lane = 0; lane < d.elemLanes; lane++) {
    shapes.set(laneName('elem', lane), { width: d.paramBits, depth: d.paramDepth });
  }
  for (const name of ['sigmoid.mem', 'tanh.mem']) shapes.set(name, { width: TABLE_BITS, depth: TABLE_ENTRIES });
  const stepBits = stepFields(d).reduce((sum, f) => sum + f.bits, 0);
  shapes.set(SCHEDULE_FILE, { width: stepBits, depth: schedule.length });
  return shapes;
}

/**
 * The inverse of packDesign and packStream for all that the images hold: matrices, cell parameters and tables.
 *
 * @param stream the image of external memory, where the weights are there
 */
export function unpackDesign(
  images: ReadonlyMap<string, MemImage>,
  stream: Uint8Array | null,
  design: Pick<Design, 'config' | 'dimensions' | 'formats'>,
): Pick<Design, 'matrices' | 'cells' | 'tables'> {
  const { dimensions: d, formats } = design;
  const image = (name: string) => images.get(name)!;
  return {
    matrices: unpackMatrices(images, stream, design),
    cells: unpackParameters(
      Array.from({ length: d.elemLanes }, (_, lane) => image(laneName('elem', lane))),
      d,
      formats,
    ),
    tables: {
      sigmoid: Int16Array.from(image('sigmoid.mem').words),
      tanh: Int16Array.from(image('tanh.mem').words),
    },
  };
}

/** Matrices in the order of the memories. */
function unpackMatrices(
  images: ReadonlyMap<string, MemImage>,
  stream: Uint8Array | null,
  { config, dimensions: d, formats }: Pick<Design, 'config' | 'dimensions' | 'formats'>,
): EncodedWords[] {
  const format = { weightBits: formats.weightBits, indexBits: config.indexBits };
  const lanes = Array.from({ length: d.groups * d.lanes }, (_, lane) => lane);
  const counts = d.segments.map(({ columns, pointer }) =>
    lanes.map((lane) => {
      const owner = d.sharedCounts ? lane - (lane % d.lanes) : lane;
      const pointers = images.get(laneName('pointers', owner))!.words;
      return Uint16Array.from(pointers.subarray(pointer, pointer + columns));
    }),
  );
  const sums = counts.map((ofLanes) => ofLanes.map((ofLane) => ofLane.reduce((sum, count) => sum + count, 0)));
  const streamed = stream === null ? null : unpackStream(stream, d, sums);
  const onChip = d.dram ? [] : weightsOfLanes(images, d, format);
  return d.segments.map(({ columns, base }, part) => ({
    format,
    columns,
    counts: counts[part]!,
    words: streamed?.[part] ?? lanes.map((lane) => onChip[lane]!.slice(base, base + sums[part]![lane]!)),
  }));
}

/** Weight memories lane by lane. */
function weightsOfLanes(images: ReadonlyMap<string, MemImage>, d: Dimensions, format: WordFormat): Uint32Array[] {
  const mask = (1n << BigInt(weightWordBits(format))) - 1n;
  const columnBits = weightColumnBits(format);
  return Array.from({ length: d.groups * d.lanes }, (_, lane) => {
    if (!d.inStep) return images.get(laneName('weights', lane))!.words;
    const place = lane % d.lanes;
    const image = images.get(laneName('weights', lane - place))!;
    const shift = BigInt(place * columnBits);
    return Uint32Array.from({ length: image.depth }, (_, at) => Number((memWord(image, at) >> shift) & mask));
  });
}

function unpackParameters(images: readonly MemImage[], d: Dimensions, formats: Formats): CellParameters {
  const bias = new Float64Array(GATES * d.cells);
  const peepholes = d.peepholes
    ? { i: new Int16Array(d.cells), f: new Int16Array(d.cells), o: new Int16Array(d.cells) }
    : null;
  for (let cell = 0; cell < d.cells; cell++) {
    const image = images[cell % d.elemLanes]!;
    for (let gate = 0; gate < GATES; gate++) {
      const word = memWord(image, GATES * Math.floor(cell / d.elemLanes) + gate);
      bias[gate * d.cells + cell] = fromBits(word, formats.biasBits);
      const peephole = peepholes === null ? null : peepholeOf(peepholes, gate);
      if (peephole !== null) peephole[cell] = fromBits(word >> BigInt(formats.biasBits), formats.peepBits);
    }
  }
  return { bias, peepholes };
}
