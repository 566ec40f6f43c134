import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WordFormat } from '../../src/machine/word_format.ts';
import {
  countsAreShared,
  decodeMatrix,
  type EncodedMatrix,
  type EncodedWords,
  encodeGroups,
  encodeMatrix,
  type LaneColumns,
} from '../../src/program/encode.ts';
import { createPartition, gateRowsByLane, projectionRowsByLane } from '../../src/program/partition.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { Rng } from '../../src/util/rng.ts';

const SMALL: WordFormat = { weightBits: 4, indexBits: 2 };

/** One lane, one column. */
function encodeColumn(column: readonly number[], format: WordFormat): EncodedMatrix {
  return encodeMatrix(Int16Array.from(column), 1, [Int32Array.from(column.keys())], format);
}

/** Words of one column by the definition: walk the rows, count what is skipped. */
function naiveColumn(column: readonly number[], { weightBits, indexBits }: WordFormat): readonly number[] {
  const words: number[] = [];
  let skipped = 0;
  for (const weight of column) {
    if (weight === 0) {
      skipped++;
      continue;
    }
    while (skipped > 2 ** indexBits - 1) {
      words.push(2 ** indexBits - 1);
      skipped -= 2 ** indexBits;
    }
    words.push((weight < 0 ? weight + 2 ** weightBits : weight) * 2 ** indexBits + skipped);
    skipped = 0;
  }
  return words;
}

/** Undoes `decodeMatrix` and the partition: the full matrix, [rows, columns]. */
function assemble(decoded: readonly LaneColumns[], rowsByLane: readonly Int32Array[], rows: number, columns: number) {
  const weights = new Int16Array(rows * columns);
  for (const [lane, { columnStart, rows: localRows, weights: entries }] of decoded.entries()) {
    for (let column = 0; column < columns; column++) {
      for (let at = columnStart[column]!; at < columnStart[column + 1]!; at++) {
        weights[rowsByLane[lane]![localRows[at]!]! * columns + column] = entries[at]!;
      }
    }
  }
  return weights;
}

const matrices = fc
  .record({
    seed: fc.integer(),
    lanes: fc.integer({ min: 1, max: 9 }),
    cells: fc.integer({ min: 1, max: 60 }),
    columns: fc.integer({ min: 0, max: 8 }),
    gates: fc.boolean(),
    weightBits: fc.integer({ min: 2, max: 16 }),
    indexBits: fc.integer({ min: 1, max: 10 }),
    density: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 0.2, noNaN: true })),
    emptyColumns: fc.boolean(),
    emptyLanes: fc.boolean(),
  })
  .map(({ seed, lanes, cells, columns, gates, weightBits, indexBits, density, emptyColumns, emptyLanes }) => {
    const partition = createPartition(lanes, cells, cells);
    const rowsByLane = gates ? gateRowsByLane(partition) : projectionRowsByLane(partition);
    const rows = gates ? 4 * cells : cells;
    const rng = new Rng(seed);
    const weights = new Int16Array(rows * columns);
    const high = 2 ** (weightBits - 1) - 1;
    for (const [lane, laneRows] of rowsByLane.entries()) {
      for (const row of laneRows) {
        for (let column = 0; column < columns; column++) {
          const empty = (emptyColumns && column % 2 === 0) || (emptyLanes && lane % 2 === 0);
          if (!empty && rng.uniform() < density) weights[row * columns + column] = rng.integer(-high - 1, high);
        }
      }
    }
    return { weights, rows, columns, rowsByLane, format: { weightBits, indexBits } };
  });

describe('encodeMatrix', () => {
  it('writes the example of the format', () => {
    const encoded = encodeColumn([0, 0, 0, 3, 0, 0, 0, 0, 0, -1], SMALL);
    expect([...encoded.words[0]!]).toEqual([0b0011_11, 0b0000_11, 0b1111_01]);
    expect([...encoded.counts[0]!]).toEqual([3]);
    expect(encoded).toMatchObject({ columns: 1, lanes: 1, nonZeros: 2, padding: 1, format: SMALL });
  });

  it.each([
    [0, [0b0001_00]],
    [3, [0b0001_11]],
    [4, [0b0000_11, 0b0001_00]],
    [7, [0b0000_11, 0b0001_11]],
    [8, [0b0000_11, 0b0000_11, 0b0001_00]],
  ])('skips %i rows before the first weight', (skipped, words) => {
    expect([...encodeColumn([...Array(skipped).fill(0), 1], SMALL).words[0]!]).toEqual(words);
  });

  it('writes nothing for an empty column and no trailing padding', () => {
    expect(encodeColumn(Array(40).fill(0), SMALL)).toMatchObject({ nonZeros: 0, padding: 0 });
    expect([...encodeColumn([1, ...Array(40).fill(0)], SMALL).words[0]!]).toEqual([0b0001_00]);
  });

  it('puts columns one after the other, lane by lane', () => {
    // Rows 0 and 2 are lane 0's, row 1 is lane 1's.
    const weights = Int16Array.from([1, 0, 2, 0, 0, 3, -4, 0, 5]);
    const encoded = encodeMatrix(weights, 3, [Int32Array.of(0, 2), Int32Array.of(1)], SMALL);
    expect(encoded.counts.map((counts) => [...counts])).toEqual([
      [2, 0, 2],
      [0, 0, 1],
    ]);
    expect(encoded.words.map((words) => [...words])).toEqual([
      [0b0001_00, 0b1100_00, 0b0010_00, 0b0101_00],
      [0b0011_00],
    ]);
  });

  it('writes the words that a naive walk writes', () => {
    fc.assert(
      fc.property(matrices, ({ weights, columns, rowsByLane, format }) => {
        const encoded = encodeMatrix(weights, columns, rowsByLane, format);
        let padding = 0;
        for (const [lane, rows] of rowsByLane.entries()) {
          const naive = Array.from({ length: columns }, (_, column) =>
            naiveColumn(
              [...rows].map((row) => weights[row * columns + column]!),
              format,
            ),
          );
          expect([...encoded.words[lane]!]).toEqual(naive.flat());
          expect([...encoded.counts[lane]!]).toEqual(naive.map(({ length }) => length));
          padding += naive.flat().filter((word) => word >> format.indexBits === 0).length;
        }
        expect(encoded.padding).toBe(padding);
        expect(encoded.nonZeros).toBe(weights.filter((weight) => weight !== 0).length);
      }),
    );
  });

  it('gives zeros of a mask words of their own', () => {
    const weights = Int16Array.from([0, 0, 0, 3, 0, 0]);
    const encode = (...mask: number[]) => {
      return encodeMatrix(weights, 1, [Int32Array.from(weights.keys())], SMALL, Int16Array.from(mask));
    };
    expect([...encode(0, 1, 0, 1, 0, 1).words[0]!]).toEqual([0b0000_01, 0b0011_01, 0b0000_01]);
    expect(encode(0, 1, 0, 1, 0, 1)).toMatchObject({ nonZeros: 1, padding: 2 });
    // A weight stays where a mask does not have it, and a zero in the fourth row looks like padding.
    expect([...encode(0, 0, 0, 0, 0, 0).words[0]!]).toEqual([0b0011_11]);
    expect([
      ...encodeMatrix(new Int16Array(4), 1, [Int32Array.of(0, 1, 2, 3)], SMALL, Int16Array.of(0, 0, 0, 1)).words[0]!,
    ]).toEqual([0b0000_11]);
  });

  it('writes the words of a matrix in which the zeros of the mask are weights', () => {
    fc.assert(
      fc.property(matrices, fc.integer(), ({ weights, columns, rowsByLane, format }, seed) => {
        const rng = new Rng(seed);
        const mask = Int16Array.from(weights, () => (rng.uniform() < 0.2 ? 1 : 0));
        const filled = weights.map((weight, at) => weight || mask[at]!);
        const encoded = encodeMatrix(weights, columns, rowsByLane, format, mask);
        const expected = encodeMatrix(filled, columns, rowsByLane, format);
        expect(encoded.counts).toEqual(expected.counts);
        const indices = ({ words }: EncodedMatrix) =>
          words.map((lane) => lane.map((word) => word % 2 ** format.indexBits));
        expect(indices(encoded)).toEqual(indices(expected));
        const rows = rowsByLane.map(({ length }) => length);
        expect(decodeMatrix(encoded, rows, 'masked')).toEqual(
          decodeMatrix(encodeMatrix(weights, columns, rowsByLane, format), rows, 'plain'),
        );
      }),
    );
  });

  it('rejects a weight that is too wide, and names it', () => {
    const weights = Int16Array.from([0, 0, 0, 8]);
    expect(() => encodeMatrix(weights, 2, [Int32Array.of(0), Int32Array.of(1)], SMALL)).toThrow(
      new EsegenError('lane 1, row 1, column 1', 'expected a weight of 4 bits, got 8'),
    );
    expect(() => encodeColumn([-9], SMALL)).toThrow('lane 0, row 0, column 0: expected a weight of 4 bits, got -9');
    expect(encodeColumn([-8, 7], SMALL).nonZeros).toBe(2);
  });

  it('rejects more rows in a lane than 16 bits can number', () => {
    expect(() => encodeMatrix(new Int16Array(0), 0, [new Int32Array(65536)], SMALL)).toThrow(
      'lane 0: expected at most 65535 matrix rows, got 65536. Use more lanes',
    );
  });
});

describe('decodeMatrix', () => {
  it('gives back the matrix', () => {
    fc.assert(
      fc.property(matrices, ({ weights, rows, columns, rowsByLane, format }) => {
        const encoded = encodeMatrix(weights, columns, rowsByLane, format);
        const decoded = decodeMatrix(
          encoded,
          rowsByLane.map(({ length }) => length),
          'test',
        );
        expect(assemble(decoded, rowsByLane, rows, columns)).toEqual(weights);
        const entries = decoded.reduce((sum, lane) => sum + lane.weights.length, 0);
        expect(entries).toBe(encoded.nonZeros);
        for (const { columnStart, rows: localRows } of decoded) {
          expect(columnStart).toHaveLength(columns + 1);
          expect(columnStart[columns]).toBe(localRows.length);
          for (let column = 0; column < columns; column++) {
            const part = localRows.subarray(columnStart[column], columnStart[column + 1]);
            expect([...part]).toEqual([...new Set(part)].sort((a, b) => a - b));
          }
        }
      }),
    );
  });

  it('gives back the extreme weights of 16 bits with 10 index bits', () => {
    const encoded = encodeColumn([-32768, 32767, ...Array(5000).fill(0), -1], { weightBits: 16, indexBits: 10 });
    const [lane] = decodeMatrix(encoded, [5003], 'test');
    expect([...lane!.weights]).toEqual([-32768, 32767, -1]);
    expect([...lane!.rows]).toEqual([0, 1, 5002]);
    expect(encoded.padding).toBe(4);
  });

  it.each<[string, Partial<EncodedWords>, string]>([
    ['counts that promise too much', { counts: [Uint16Array.of(3)] }, 'm: lane 0: counts add up to 3 words, got 2'],
    ['counts that promise too little', { counts: [Uint16Array.of(1)] }, 'm: lane 0: counts add up to 1 words, got 2'],
    ['a missing column', { columns: 2 }, 'm: lane 0: expected 2 column counts, got 1'],
    ['a missing lane', { words: [] }, 'm: expected 1 lanes, got 1 of counts and 0 of words'],
    [
      'a row beyond the lane',
      { words: [Uint32Array.of(0b0001_11, 0b0001_01)] },
      'm: lane 0, column 0, word 1: leads to local row 5, but the lane has 5 rows',
    ],
    [
      'padding beyond the lane',
      { words: [Uint32Array.of(0b0001_11, 0b0000_11)] },
      'm: lane 0, column 0, word 1: leads to local row 7, but the lane has 5 rows',
    ],
    [
      'a word that is too wide',
      { words: [Uint32Array.of(0b1_0001_01, 0b0001_00)] },
      'm: lane 0, column 0, word 0: has more bits than weight and index',
    ],
  ])('rejects %s', (_, damage, message) => {
    const good: EncodedWords = encodeColumn([0, 2, 0, 0, -3], SMALL);
    expect(good.words[0]).toHaveLength(2);
    const decode = () => decodeMatrix({ ...good, ...damage }, [5], 'm');
    let error: unknown;
    try {
      decode();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(EsegenError);
    expect((error as EsegenError).message).toBe(message);
  });
});

describe('countsAreShared', () => {
  /** Two groups of two lanes, two columns. */
  function sharedAt(...counts: readonly (readonly number[])[]): boolean {
    const words = counts.map((lane) => new Uint32Array(lane.reduce((a, b) => a + b, 0)).fill(0b0001_00));
    return countsAreShared(
      { format: SMALL, columns: 2, counts: counts.map((lane) => Uint16Array.from(lane)), words },
      2,
    );
  }

  it('compares the lanes of a group column by column', () => {
    expect(sharedAt([3, 0], [3, 0], [1, 2], [1, 2])).toBe(true);
    expect(sharedAt([3, 0], [3, 0], [1, 2], [2, 1])).toBe(false);
    expect(sharedAt([3, 0], [3, 1], [1, 2], [1, 2])).toBe(false);
  });
});

describe('lanes in step', () => {
  it('have equally long columns, filled up with words of zeros that decode to nothing', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const rng = new Rng(seed);
        const [rows, columns, groups, lanes] = [12, 7, 2, 3];
        const weights = Int16Array.from({ length: rows * columns }, () =>
          rng.uniform() < 0.3 ? rng.integer(-7, 7) : 0,
        );
        const rowsByLane = Array.from({ length: lanes }, (_, lane) =>
          Int32Array.from([lane, lane + 3, lane + 6, lane + 9]),
        );
        const plain = encodeGroups(weights, columns, groups, rowsByLane, SMALL);
        const inStep = encodeGroups(weights, columns, groups, rowsByLane, SMALL, null, true);
        expect(countsAreShared(inStep, groups)).toBe(true);
        expect(inStep.nonZeros).toBe(plain.nonZeros);
        for (const [lane, counts] of plain.counts.entries()) {
          const group = plain.counts.slice(lane - (lane % lanes), lane - (lane % lanes) + lanes);
          expect([...inStep.counts[lane]!]).toEqual([...counts.map((_, at) => Math.max(...group.map((c) => c[at]!)))]);
        }
        const heights = Array.from({ length: groups * lanes }, () => 4);
        expect(decodeMatrix(inStep, heights, 'm')).toEqual(decodeMatrix(plain, heights, 'm'));
      }),
    );
  });
});
