import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../fixtures/graph_builder.ts';
import { measureVectors } from '../../../src/compiler/calibrate.ts';
import { calibrate } from '../../../src/compiler/passes/calibrate.ts';
import { legalize } from '../../../src/compiler/passes/legalize.ts';
import { quantizeGraph } from '../../../src/compiler/passes/quantize.ts';
import { type QuantizedLayer, quantizeLayer } from '../../../src/compiler/quantize.ts';
import type { QuantizedLstm } from '../../../src/compiler/quantized_graph.ts';
import { createFrames } from '../../../src/data/frames.ts';
import { Z_FRAC } from '../../../src/machine/formats.ts';
import { ESE_CELL } from '../../../src/model/graph.ts';
import { lstmLayer } from '../../../src/model/import/cell_layers.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { Rng } from '../../../src/util/rng.ts';
import { randomConfig } from '../../lib/random_config.ts';
import { randomLayer } from '../../lib/random_layer.ts';

const SEEDS = 300;

/** Rows of gates on top of each other, from rows that take turns. */
function stacked(values: ArrayLike<number>, cells: number): number[] {
  const width = values.length / (4 * cells);
  return Array.from({ length: values.length }, (_, n) => {
    const row = Math.floor(n / width);
    const [gate, cell] = [Math.floor(row / cells), row % cells];
    return values[(4 * cell + gate) * width + (n % width)]!;
  });
}

function orNull<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof EsegenError) return null;
    throw error;
  }
}

describe('a network of one LSTM layer', () => {
  test('gets the integers and formats of the single layer', () => {
    let compared = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const rng = new Rng(seed);
      const config = randomConfig(rng);
      const projection = rng.uniform() < 0.5;
      const cells = rng.integer(1, 16);
      const outputs = projection ? rng.integer(1, 16) : cells;
      const inputs = rng.integer(1, 16);
      const peepholes = rng.uniform() < 0.5;
      const layer = randomLayer(rng, { inputs, cells, outputs, projection, peepholes, lanes: 4, dense: false });
      const frames = createFrames(12, inputs);
      const scale = rng.pick([0, 0.01, 1, 1, 30]);
      for (let n = 0; n < frames.data.length; n++) frames.data[n] = scale * rng.normal();
      const peeps = layer.peepholes === null ? null : [layer.peepholes.i, layer.peepholes.f, layer.peepholes.o];
      const source = {
        ...layer,
        biases: [layer.bias],
        peepholes: peeps,
        cell: ESE_CELL,
        reverse: false,
        initial: null,
      };
      const builder = new GraphBuilder();
      const x = builder.input([inputs]);
      builder.output(builder.node(lstmLayer('random', 'pytorch', source), [x]));
      const legal = legalize(builder.build());
      const values = measureVectors(layer, { frames, utteranceStarts: [0], origin: 'random' });
      const single = orNull(() => quantizeLayer(layer, config, values));
      const network = orNull(() => quantizeGraph(legal, config, calibrate(legal, [new Map([[x, frames]])])));
      if (single === null || network === null) continue;
      compared++;
      expectEqual(single, network.nodes[0]!.layer as QuantizedLstm, `seed ${seed}`);
      expect(network.formats.get(x), `seed ${seed}`).toEqual({ bits: config.vectorBits, frac: single.formats.xFrac });
    }
    expect(compared).toBeGreaterThan(0.8 * SEEDS);
  });
});

function expectEqual(single: QuantizedLayer, lstm: QuantizedLstm, message: string): void {
  const { formats, cells } = single;
  const { gates, projection } = lstm;
  const [x, r] = gates.products;
  const is = (got: unknown, expected: unknown, what: string) => expect(got, `${message}: ${what}`).toEqual(expected);
  is(stacked(x!.matrix.values, cells), [...single.weightX], 'W_x');
  is(stacked(r!.matrix.values, cells), [...single.weightR], 'W_r');
  is(stacked(gates.bias, cells), [...single.bias], 'bias');
  is([x!.align, r!.align], [formats.xAlign, formats.yAlign], 'align');
  is([x!.matrix.format.frac, r!.matrix.format.frac], [formats.weightXFrac, formats.weightRFrac], 'scales');
  is([gates.frac, lstm.zShift], [formats.accFrac, formats.accFrac - Z_FRAC], 'sums');
  is([lstm.c.frac, lstm.m.frac, lstm.y.frac], [formats.cFrac, formats.mFrac, formats.yFrac], 'vectors');
  is(
    projection === null ? null : [...projection.sums.products[0]!.matrix.values],
    single.weightP && [...single.weightP],
    'W_ym',
  );
  is(projection?.shift ?? 0, formats.yShift, 'y shift');
  is(Math.max(gates.bits, projection?.sums.bits ?? 0), formats.accBits, 'accumulators');
  is(gates.saturate, formats.saturate, 'saturation');
  is(lstm.peepholes?.frac ?? 0, formats.peepFrac, 'peephole scale');
  is(lstm.peepholes?.shift ?? 0, formats.peepShift, 'peephole shift');
  is(
    lstm.peepholes && [...lstm.peepholes.i, ...lstm.peepholes.f, ...lstm.peepholes.o],
    single.peepholes && [...single.peepholes.i, ...single.peepholes.f, ...single.peepholes.o],
    'peepholes',
  );
}
