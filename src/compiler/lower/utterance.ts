import type { Port, TensorId } from '../../model/graph.ts';
import type { ProgramState } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import type { TermWindow } from '../legal_graph.ts';
import type { Product, QuantizedNode } from '../quantized_graph.ts';
import { isPoint, type ProgramBuilder } from './builder.ts';
import { emitNode } from './layers.ts';
import { movedElements } from './layout.ts';
import { type GraphPlan, tensorProducts } from './plan.ts';
import type { Source } from './source.ts';
import { layoutFor, loadWindow, powerOfTwo, Stage, spanOf, windowSlot } from './stage.ts';

/** Layer by layer over all steps; layers that do not need each other, such as both directions, side by side. */
export function utteranceStages(plan: GraphPlan, builder: ProgramBuilder, states: ProgramState[]): Stage[] {
  const { graph } = plan;
  const axisOf = (tensor: TensorId) => builder.axis(graph.tensors.get(tensor)!.time);
  const sequences = new Map<TensorId, number>();
  const sequenceOf = (tensor: TensorId): number => {
    const known = sequences.get(tensor);
    if (known !== undefined) return known;
    const made = builder.sequence(tensor, movedElements(plan.shape(tensor)), axisOf(tensor));
    sequences.set(tensor, made);
    return made;
  };
  return [
    ...portStages(graph.inputs, axisOf).map(({ axis, ports }) => inputStage(plan, builder, axis, ports, sequenceOf)),
    ...layerGroups(plan, axisOf).map(({ axis, nodes }) => layerStage(plan, builder, axis, nodes, states, sequenceOf)),
    ...portStages(graph.outputs, axisOf).map(({ axis, ports }) => outputStage(plan, builder, axis, ports, sequenceOf)),
  ];
}

type NumberedPort = Port & { readonly number: number };

/** Ports that have their steps in common, in the order of the graph. */
function portStages(ports: readonly Port[], axisOf: (tensor: TensorId) => number) {
  const numbered = ports.map((port, number) => ({ ...port, number }));
  const axes = [...new Set(numbered.map(({ tensor }) => axisOf(tensor)))];
  return axes.map((axis) => ({ axis, ports: numbered.filter(({ tensor }) => axisOf(tensor) === axis) }));
}

/** Frames that pass through VMEM: a vector of two frames, so that one comes while the other goes. */
function passing(plan: GraphPlan, builder: ProgramBuilder, tensor: TensorId, name: string, role: 'input' | 'output') {
  const format = plan.graph.formats.get(tensor)!;
  const { layout } = layoutFor(plan.shape(plan.resolve(tensor).tensor), [], builder.machine, name);
  return builder.vector({ ...layout, name, role, format, slots: 2 });
}

function inputStage(
  plan: GraphPlan,
  builder: ProgramBuilder,
  axis: number,
  ports: readonly NumberedPort[],
  sequenceOf: (tensor: TensorId) => number,
): Stage {
  const stage = new Stage(builder, axis);
  const { load, store } = stage.body;
  const [full, free] = [{ semaphore: 'passFull' }, { semaphore: 'passFree' }] as const;
  load.need(free, 2);
  store.need(full);
  for (const { number, tensor } of ports) {
    const view = builder.frameView(passing(plan, builder, tensor, `in${number}`, 'input'));
    const step = { t: 1, p: 0, offset: 0, backward: false };
    load.work({ op: 'load', from: { input: number }, to: view });
    store.work({ op: 'store', from: view, to: { sequence: sequenceOf(tensor), step } });
  }
  load.happen(full);
  store.happen(free);
  return stage;
}

function outputStage(
  plan: GraphPlan,
  builder: ProgramBuilder,
  axis: number,
  ports: readonly NumberedPort[],
  sequenceOf: (tensor: TensorId) => number,
): Stage {
  const stage = new Stage(builder, axis);
  const { load, store } = stage.body;
  const [full, free] = [{ semaphore: 'passFull' }, { semaphore: 'passFree' }] as const;
  load.need(free, 2);
  store.need(full);
  for (const { number, tensor } of ports) {
    const vector = passing(plan, builder, tensor, `out${number}`, 'output');
    const resolved = plan.resolve(tensor);
    const step = { t: resolved.at === null ? 1 : 0, p: 0, offset: 0, backward: resolved.at === 'last' };
    load.work({ op: 'load', from: { sequence: sequenceOf(resolved.tensor), step }, to: builder.frameView(vector) });
    for (const from of builder.portViews(vector)) store.work({ op: 'store', from, to: { output: number } });
  }
  load.happen(full);
  store.happen(free);
  return stage;
}

/** Nodes of the same steps and the same distance from the inputs. */
function layerGroups(plan: GraphPlan, axisOf: (tensor: TensorId) => number) {
  const depths = new Map<TensorId, number>();
  const groups = new Map<string, { depth: number; axis: number; nodes: QuantizedNode[] }>();
  for (const node of plan.graph.nodes) {
    if (node.layer.kind === 'pick') continue;
    const below = tensorProducts(node).map(({ source }) => depths.get(plan.resolve(source.tensor).tensor) ?? 0);
    const depth = 1 + Math.max(0, ...below);
    depths.set(node.output, depth);
    const axis = axisOf(node.output);
    const key = `${depth} ${axis}`;
    const group = groups.get(key) ?? { depth, axis, nodes: [] };
    group.nodes.push(node);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => a.depth - b.depth || a.axis - b.axis);
}

/** Frames that a stage loads: a tensor in one direction, through one window over time. */
interface Load {
  readonly key: string;
  readonly tensor: TensorId;
  readonly windows: (TermWindow | null)[];
  readonly backward: boolean;
}

function layerStage(
  plan: GraphPlan,
  builder: ProgramBuilder,
  axis: number,
  nodes: readonly QuantizedNode[],
  states: ProgramState[],
  sequenceOf: (tensor: TensorId) => number,
): Stage {
  const { graph } = plan;
  const stage = new Stage(builder, axis);
  const { load, mac, store } = stage.body;
  const [loaded, loadFree] = [{ semaphore: 'loaded' }, { semaphore: 'loadFree' }] as const;

  const loads = new Map<string, Load>();
  const keyOf = ({ layer }: QuantizedNode, { source, window }: Product): string => {
    const backward = layer.kind !== 'affine' && layer.kind !== 'pick' && layer.reverse;
    return JSON.stringify([source, backward, window === null || isPoint(window.time) ? null : window.time]);
  };
  for (const node of nodes) {
    for (const product of tensorProducts(node)) {
      const key = keyOf(node, product);
      const backward = node.layer.kind !== 'affine' && node.layer.kind !== 'pick' && node.layer.reverse;
      const made = loads.get(key) ?? { key, tensor: product.source.tensor, windows: [], backward };
      made.windows.push(...plan.windowsOf(node, product));
      loads.set(key, made);
    }
  }

  load.need(loadFree, 2);
  const vectors = new Map<string, number>();
  for (const { key, tensor, windows, backward } of loads.values()) {
    const resolved = plan.resolve(tensor);
    const name = `${tensor}.in${vectors.size}`;
    const { layout, replicated } = layoutFor(plan.shape(resolved.tensor), windows, builder.machine, name);
    const window = windows.find((w) => w !== null && !isPoint(w.time)) ?? null;
    const slots = powerOfTwo(spanOf(window) + (window?.time.stride ?? 1));
    const format = graph.formats.get(resolved.tensor)!;
    const vector = builder.vector({ ...layout, name, role: 'inner', format, slots, replicated });
    vectors.set(key, vector);
    const once = resolved.at !== null || graph.tensors.get(tensor)!.time === null;
    const step = once ? { t: 0, p: 0, offset: 0, backward: resolved.at === 'last' } : null;
    loadWindow(stage, sequenceOf(resolved.tensor), vector, window, step, backward);
  }
  load.happen(loaded);
  mac.need(loaded);

  for (const node of nodes) {
    const stored = { full: { semaphore: 'outFull' }, free: { semaphore: 'outFree' } } as const;
    emitNode({
      ...{ stage, node, plan, states, stored, readers: [], span: 1 },
      leaving: nodes.length === 1 ? 2 : 1,
      sourceOf: (product): Source => {
        const vector = vectors.get(keyOf(node, product));
        if (vector === undefined) throw new EsegenError(node.id, 'reads what its stage does not load');
        const { time } = product.window ?? { time: null };
        const seen = time === null || isPoint(time) ? null : product.window;
        return { vector, ...windowSlot(seen), happening: null, input: true, stepsBefore: 0 };
      },
      shape: plan.shape(node.output),
      format: graph.formats.get(node.output)!,
    });
    const { layer } = node;
    const backward = layer.kind !== 'affine' && layer.kind !== 'pick' && layer.reverse;
    store.need(stored.full);
    store.work({
      op: 'store',
      from: builder.frameView(stage.produced.get(node.output)!.vector),
      to: { sequence: sequenceOf(node.output), step: { t: 1, p: 0, offset: 0, backward } },
    });
    store.happen(stored.free);
  }
  stage.emitProducts(false, loadFree);
  return stage;
}
