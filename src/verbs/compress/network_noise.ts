import { plainGraph, sumTensor } from '../../compiler/legal_reference.ts';
import { lower } from '../../compiler/lower/lower.ts';
import { splitGates } from '../../compiler/passes/calibrate.ts';
import { type CompiledNetwork, coreInputs, type PreparedNetwork } from '../../compiler/pipeline.ts';
import type { QuantizedNode } from '../../compiler/quantized_graph.ts';
import type { NetworkData } from '../../compiler/random_utterances.ts';
import type { Frames } from '../../data/frames.ts';
import type { CellTrace } from '../../golden/lstm_slot.ts';
import type { GruLayer, LstmLayer, NodeId, Port, TensorId } from '../../model/graph.ts';
import { FloatNetwork } from '../../model/reference/float_network.ts';
import type { InnerVector } from '../../model/reference/recurrent.ts';
import { GoldenEngine } from '../run/golden_engine.ts';
import { type TableNoise, TableTally } from './table_noise.ts';
import { type VectorNoise, VectorTally } from './vector_noise.ts';

/** c and m of an LSTM in the golden model, in reals, steps in the order in which they were taken. */
interface GoldenCells {
  readonly c: number[];
  readonly m: number[];
}

/**
 * Runs the network in integers and in double precision side by side, and looks at every vector between and inside its layers and at every
 * table.
 *
 * @param prepared what `compiled` was made of
 */
export function networkNoise(
  prepared: PreparedNetwork,
  compiled: CompiledNetwork,
  { utterances }: NetworkData,
): { readonly vectors: readonly VectorNoise[]; readonly tables: readonly TableNoise[] } {
  const { quantized, program, partition } = compiled;
  const float = new FloatNetwork(plainGraph(prepared.legal));
  const golden = new ProbedGolden(compiled);
  const vectors = new Map<string, VectorTally>();
  for (const { tensor } of quantized.inputs) {
    vectors.set(tensor, new VectorTally(null, 'x', quantized.formats.get(tensor)!));
  }
  for (const node of quantized.nodes) for (const [key, tally] of vectorsOf(node, compiled)) vectors.set(key, tally);
  const tables = new Map(quantized.nodes.flatMap((node) => tablesOf(node, program.tables)));
  const layers = new Map(
    prepared.legal.nodes.flatMap(({ id, layer }) => (layer.kind === 'recurrent' ? [[id, layer.layer] as const] : [])),
  );

  for (const inputs of coreInputs(partition, utterances)) {
    const { outputs, cells } = golden.run(inputs);
    float.run(inputs, {
      observe: (tensor, { data }) => {
        vectors.get(tensor)?.add(data, outputs.get(tensor)?.data ?? null);
        tables.get(tensor)?.add(data);
      },
      observeInner: (id, vector, values) => {
        const layer = layers.get(id)!;
        if (vector === 'z') {
          const { gates, candidate } = splitGates(values, layer);
          tables.get(`${id} gates`)?.add(gates);
          tables.get(`${id} candidate`)?.add(candidate);
        } else {
          vectors.get(`${id} ${vector}`)?.add(values.data, goldenInner(cells.get(id), vector, values, layer));
          if (vector === 'c') tables.get(`${id} c`)?.add(values.data);
        }
      },
    });
  }
  return {
    vectors: [...vectors.values()].map((tally) => tally.report()),
    tables: [...tables.values()].map((tally) => tally.report()),
  };
}

/** Vectors of a node: what it makes by tensor, those inside by node and name. */
function vectorsOf({ id, layer, output }: QuantizedNode, { quantized }: CompiledNetwork): [string, VectorTally][] {
  const y: [string, VectorTally] = [output, new VectorTally(id, 'y', quantized.formats.get(output)!)];
  if (layer.kind === 'lstm') {
    const c = new VectorTally(id, 'c', layer.c);
    return [[`${id} c`, c], [`${id} m`, new VectorTally(id, 'm', layer.m)], y];
  }
  if (layer.kind === 'gru' && layer.stages.reset === 'after') {
    return [[`${id} nh`, new VectorTally(id, 'nh', layer.stages.hidden)], y];
  }
  return layer.kind === 'pick' ? [] : [y];
}

/** Tables of a node by what they are read with. */
function tablesOf({ id, layer }: QuantizedNode, words: CompiledNetwork['program']['tables']): [string, TableTally][] {
  const table = (key: string, name: TableNoise['name']): [string, TableTally] => [key, new TableTally(id, name, words)];
  if (layer.kind === 'pick') return [];
  if (layer.kind === 'affine') {
    const { activation } = layer;
    return activation.kind === 'table' ? [table(sumTensor(id), `${activation.table}(z)`)] : [];
  }
  const gates = layer.gate === 'unitClip' ? [] : [table(`${id} gates`, 'sigmoid(z)')];
  const cell = layer.kind === 'lstm' ? [table(`${id} c`, 'tanh(c)')] : [];
  return [...gates, table(`${id} candidate`, 'tanh(z)'), ...cell];
}

/** The golden model of what the hardware computes, with all vectors between its layers as outputs. */
class ProbedGolden {
  readonly #engine: GoldenEngine;
  readonly #cells = new Map<NodeId, GoldenCells>();

  constructor({ quantized, partition, program }: CompiledNetwork) {
    const probes = quantized.nodes.map(({ output }, n): Port => {
      return { name: `probe ${n}`, tensor: output, axes: ['time', 'shape'] };
    });
    const core = { ...partition.core, outputs: probes };
    const units = new Map(
      quantized.nodes.flatMap(({ id, layer }) =>
        layer.kind === 'lstm' ? [[id, { c: 2 ** -layer.c.frac, m: 2 ** -layer.m.frac }] as const] : [],
      ),
    );
    const observe = (_cell: number, { c, m }: CellTrace, layer: string) => {
      const unit = units.get(layer)!;
      const own = this.#cells.get(layer) ?? { c: [], m: [] };
      this.#cells.set(layer, own);
      own.c.push(c * unit.c);
      own.m.push(m * unit.m);
    };
    const parts = {
      partition: { front: null, core, back: null },
      outputs: probes.map(({ tensor }) => tensor),
      program: lower({ ...quantized, outputs: probes }, program.machine),
    };
    this.#engine = new GoldenEngine(core, parts, observe);
  }

  run(inputs: ReadonlyMap<TensorId, Frames>) {
    this.#cells.clear();
    const { outputs } = this.#engine.run(inputs);
    return { outputs, cells: this.#cells as ReadonlyMap<NodeId, GoldenCells> };
  }
}

/** c or m of the golden model in the order of time; null of other vectors. */
function goldenInner(
  cells: GoldenCells | undefined,
  vector: InnerVector,
  { frames, width }: Frames,
  { reverse }: LstmLayer | GruLayer,
): Float64Array | null {
  if (cells === undefined || (vector !== 'c' && vector !== 'm')) return null;
  const taken = Float64Array.from(cells[vector]);
  if (!reverse) return taken;
  const ordered = new Float64Array(taken.length);
  for (let t = 0; t < frames; t++) {
    ordered.set(taken.subarray(t * width, (t + 1) * width), (frames - 1 - t) * width);
  }
  return ordered;
}
