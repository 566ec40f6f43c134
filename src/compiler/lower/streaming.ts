import type { TensorId } from '../../model/graph.ts';
import type { ProgramState } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import type { Product } from '../quantized_graph.ts';
import type { ProgramBuilder } from './builder.ts';
import { emitNode } from './layers.ts';
import type { GraphPlan } from './plan.ts';
import type { Source } from './source.ts';
import { layoutFor, powerOfTwo, Stage, spanOf, windowSlot } from './stage.ts';
import type { Happening } from './stream_draft.ts';

/**
 * All layers of a step, then the next step.
 *
 * @param ahead whether products of the next step may fill gaps
 */
export function streamingStage(
  plan: GraphPlan,
  builder: ProgramBuilder,
  states: ProgramState[],
  ahead: boolean,
): Stage {
  const { graph } = plan;
  const stage = new Stage(builder, 0);
  const { load, mac, store } = stage.body;
  const loaded: Happening = { semaphore: 'loaded' };
  const loadFree: Happening = { semaphore: 'loadFree' };
  const inputs = new Map<TensorId, number>();
  const spanOfTensor = (tensor: TensorId) => Math.max(1, ...plan.readersOf(tensor).map(spanOf));

  // The frame of the next step comes in while this one is computed.
  load.need(loadFree, 2);
  for (const [input, { name, tensor }] of graph.inputs.entries()) {
    const { layout, replicated } = layoutFor(plan.shape(tensor), plan.readersOf(tensor), builder.machine, name);
    const slots = powerOfTwo(spanOfTensor(tensor) + 1);
    const format = graph.formats.get(tensor)!;
    const vector = builder.vector({ ...layout, name: `in${input}`, role: 'input', format, slots, replicated });
    inputs.set(tensor, vector);
    load.work({ op: 'load', from: { input }, to: builder.frameView(vector) });
  }
  load.happen(loaded);
  mac.need(loaded);

  const stored = new Map<TensorId, { readonly full: Happening; readonly free: Happening }>();
  for (const { name, tensor } of graph.outputs) {
    if (inputs.has(tensor)) throw new EsegenError(name, 'is an input of the network as well', 'Leave it to the host');
    if (!stored.has(tensor)) stored.set(tensor, { full: { semaphore: 'outFull' }, free: { semaphore: 'outFree' } });
  }
  const sourceOf = ({ source, window }: Product): Source => {
    if (!('tensor' in source)) throw new Error('a source that is not of the graph');
    const input = inputs.get(source.tensor);
    const made = stage.produced.get(source.tensor);
    if (input === undefined && made === undefined) {
      throw new EsegenError('graph', `tensor ${source.tensor} is read before it is computed`);
    }
    return {
      vector: input ?? made!.vector,
      ...windowSlot(window),
      happening: made?.happening ?? null,
      input: made === undefined,
      stepsBefore: 0,
    };
  };
  for (const node of graph.nodes) {
    emitNode({
      ...{ stage, node, plan, states, sourceOf },
      readers: plan.readersOf(node.output),
      span: spanOfTensor(node.output),
      shape: plan.shape(node.output),
      format: graph.formats.get(node.output)!,
      stored: stored.get(node.output) ?? null,
      leaving: 1,
    });
    const out = stored.get(node.output);
    if (out === undefined) continue;
    store.need(out.full);
    const { vector } = stage.produced.get(node.output)!;
    for (const [output, { tensor }] of graph.outputs.entries()) {
      if (tensor !== node.output) continue;
      for (const from of builder.portViews(vector)) store.work({ op: 'store', from, to: { output } });
    }
    store.happen(out.free);
  }
  stage.emitProducts(ahead, loadFree);
  return stage;
}
