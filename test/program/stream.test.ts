import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { WordFormat } from '../../src/machine/word_format.ts';
import type { DesignMatrices } from '../../src/program/design.ts';
import { type Dimensions, dimensionsOf } from '../../src/program/dimensions.ts';
import type { EncodedWords } from '../../src/program/encode.ts';
import { segmentList } from '../../src/program/segments.ts';
import {
  fillerWord,
  packStream,
  streamBytes,
  streamMap,
  streamSegments,
  unpackStream,
} from '../../src/program/stream.ts';
import { Rng } from '../../src/util/rng.ts';

const SAMPLE = sampleDesign({ inputs: 1, cells: 1 }, { array: { lanes: 1 } });

/** What decides how weights lie in external memory. */
interface Geometry {
  readonly groups: number;
  readonly lanes: number;
  readonly busBits: number;
  readonly weightBits: number;
  readonly indexBits: number;
  readonly projection: boolean;
  /** Words of the fullest lane, per matrix. */
  readonly words: readonly [number, number, number];
}

const power = (low: number, high: number) => fc.integer({ min: low, max: high }).map((exponent) => 2 ** exponent);

function geometries(mostGroups: number, mostWords: number): fc.Arbitrary<Geometry> {
  const words = fc.nat({ max: mostWords });
  return fc.record({
    groups: power(0, mostGroups),
    lanes: power(0, 4),
    busBits: power(6, 10),
    weightBits: fc.integer({ min: 4, max: 16 }),
    indexBits: fc.integer({ min: 2, max: 10 }),
    projection: fc.boolean(),
    words: fc.tuple(words, words, words),
  });
}

function dimensions({ groups, lanes, busBits, weightBits, indexBits, projection, words }: Geometry): Dimensions {
  const config = parseConfig(
    { array: { groups, lanes }, weights: 'dram', memoryBusBits: busBits, weightBits, indexBits },
    'geometry',
  );
  const shape = { inputs: 5, cells: 6, outputs: projection ? 4 : 6, projection, peepholes: false };
  const segments = segmentList(1, projection).map((segment, at) => ({ ...segment, words: words[at]! }));
  const tiles = [Math.ceil(shape.cells / lanes)];
  return dimensionsOf(config, shape, SAMPLE.design.formats, { segments, largestCount: 3, sharedCounts: false, tiles });
}

/** Words other than the filler in all lanes, as many as the fullest one may have in some of them. */
function randomMatrix(rng: Rng, lanes: number, most: number, format: WordFormat): EncodedWords {
  const filler = fillerWord(format);
  const last = 2 ** (format.weightBits + format.indexBits) - 1;
  const words = Array.from({ length: lanes }, (_, lane) => {
    const count = lane === 0 ? most : rng.integer(0, most);
    return Uint32Array.from({ length: count }, () => {
      const word = rng.pick([filler - 1, filler + 1, last, 0, rng.integer(0, last)]);
      return word === filler ? 0 : word;
    });
  });
  return { format, columns: 1, counts: words.map(({ length }) => Uint16Array.of(length)), words };
}

function randomMatrices({ weightBits, indexBits }: Geometry, d: Dimensions, seed: number): DesignMatrices {
  const rng = new Rng(seed);
  const lanes = d.groups * d.lanes;
  const matrix = (most: number) => randomMatrix(rng, lanes, most, { weightBits, indexBits });
  return d.segments.map(({ words }) => matrix(words));
}

describe('packStream', () => {
  test('comes back word for word, whatever the widths', () => {
    fc.assert(
      fc.property(geometries(3, 40), fc.integer(), (geometry, seed) => {
        const d = dimensions(geometry);
        const matrices = randomMatrices(geometry, d, seed);
        const image = packStream(matrices, d);
        expect(image.length).toBe(streamBytes(d));
        const counts = matrices.map(({ words }) => words.map(({ length }) => length));
        expect(unpackStream(image, d, counts)).toEqual(matrices.map(({ words }) => words));
      }),
    );
  });

  test('row n holds word n of every lane, and fillers where lanes have no more, to the end of the last beat', () => {
    fc.assert(
      fc.property(geometries(2, 12), fc.integer(), (geometry, seed) => {
        const d = dimensions(geometry);
        const matrices = randomMatrices(geometry, d, seed);
        const image = packStream(matrices, d);
        const bytes = d.wordSlot / 8;
        const slots = Array.from({ length: image.length / bytes }, (_, slot) =>
          Buffer.from(image).readUIntLE(slot * bytes, bytes),
        );
        const lanes = d.groups * d.lanes;
        const expected = matrices.flatMap(({ words, format }, at) =>
          Array.from({ length: streamSegments(d)[at]!.rows * lanes }, (_, slot) => {
            const row = Math.floor(slot / lanes);
            return words[slot % lanes]![row] ?? fillerWord(format);
          }),
        );
        expect(slots).toEqual(expected);
      }),
    );
  });

  test('a worked example: two lanes, 4 + 4 bits, a bus of 64 bits', () => {
    const format = { weightBits: 4, indexBits: 4 };
    const d = dimensions({ groups: 1, lanes: 2, busBits: 64, projection: false, words: [5, 1, 0], ...format });
    const matrix = (...words: number[][]): EncodedWords => ({
      format,
      columns: 1,
      counts: words.map(({ length }) => Uint16Array.of(length)),
      words: words.map((lane) => Uint32Array.from(lane)),
    });
    const x = matrix([0x11, 0x12, 0x13, 0x14, 0x15], [0x21]);
    const r = matrix([], [0x31]);
    expect(Buffer.from(packStream([x, r], d)).toString('hex')).toBe(
      ['1121128013801480', '1580808080808080', '8031808080808080'].join(''),
    );
    expect(streamMap(d)).toEqual({
      file: 'dram/weights.bin',
      alignment: 4096,
      busBits: 64,
      burstBeats: 16,
      wordSlotBits: 8,
      rowBits: 16,
      groups: 1,
      lanes: 2,
      segments: [
        { matrix: 'W_x', tile: 0, offset: 0, bytes: 16, rows: 8 },
        { matrix: 'W_r', tile: 0, offset: 16, bytes: 8, rows: 4 },
      ],
    });
  });
});

describe('dimensions of external memory', () => {
  /** Any size that a config allows. */
  const any = geometries(7, 2 ** 20);

  test('a slot holds a word; rows and beats divide each other', () => {
    fc.assert(
      fc.property(any, (geometry) => {
        const d = dimensions(geometry);
        expect([8, 16, 32]).toContain(d.wordSlot);
        expect(d.wordSlot).toBeGreaterThanOrEqual(geometry.weightBits + geometry.indexBits);
        expect(d.rowStreamBits).toBe(d.groups * d.lanes * d.wordSlot);
        expect(Math.min(d.beatRows, d.rowBeats)).toBe(1);
        expect(d.beatRows * d.rowStreamBits).toBe(d.rowBeats * d.busBits);
      }),
    );
  });

  test('matrices follow each other in whole beats that hold all their rows', () => {
    fc.assert(
      fc.property(any, (geometry) => {
        const d = dimensions(geometry);
        let end = 0;
        const words = d.segments.map((segment) => segment.words);
        for (const [at, { offset, bytes, rows }] of streamSegments(d).entries()) {
          expect(offset).toBe(end);
          expect(offset * 8).toBe(d.segments[at]!.base * d.busBits);
          end += bytes;
          expect(bytes * 8).toBe(rows * d.rowStreamBits);
          expect(rows).toBeGreaterThanOrEqual(words[at]!);
          expect(rows - words[at]!).toBeLessThan(d.beatRows);
        }
        expect(2 ** d.beatBits).toBeGreaterThan(d.imageBeats);
      }),
    );
  });

  test('bursts are powers of two of 2 to 256 beats that stay within 4 KB', () => {
    fc.assert(
      fc.property(any, (geometry) => {
        const d = dimensions(geometry);
        expect(Number.isInteger(Math.log2(d.burstBeats))).toBe(true);
        expect(d.burstBeats).toBeGreaterThanOrEqual(2);
        expect(d.burstBeats).toBeLessThanOrEqual(256);
        expect((d.burstBeats * d.busBits) / 8).toBeLessThanOrEqual(4096);
        // A beat number has two bits more than one within a burst (weight_reader).
        expect(d.beatBits).toBeGreaterThanOrEqual(Math.log2(d.burstBeats) + 2);
      }),
    );
  });

  test('buffers hold what is in them when more is asked for, and all that may be under way then', () => {
    fc.assert(
      fc.property(any, (geometry) => {
        const d = dimensions(geometry);
        expect(d.outstandingBeats).toBeGreaterThanOrEqual(4 * d.burstBeats);
        expect(Number.isInteger(Math.log2(d.bufferDepth))).toBe(true);
        const underWay = (d.outstandingBeats * d.beatRows) / d.rowBeats;
        expect(d.bufferLimit).toBeGreaterThan(0);
        expect(d.bufferLimit + underWay).toBeLessThan(d.bufferDepth);
      }),
    );
  });
});
