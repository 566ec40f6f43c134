import type { CompiledNetwork } from '../../src/compiler/pipeline.ts';
import type { Frames } from '../../src/data/frames.ts';
import type { Graph, TensorId } from '../../src/model/graph.ts';
import { FloatNetwork } from '../../src/model/reference/float_network.ts';
import { GoldenEngine } from '../../src/verbs/run/golden_engine.ts';

/** Error of the golden model against the double-precision model: root of the mean square over that of the values, largest of all outputs. */
export function goldenError(
  graph: Graph,
  compiled: CompiledNetwork,
  utterances: readonly ReadonlyMap<TensorId, Frames>[],
): number {
  const golden = new GoldenEngine(graph, compiled);
  const float = new FloatNetwork(graph);
  let worst = 0;
  for (const { tensor } of graph.outputs) {
    let [noise, signal] = [0, 0];
    for (const inputs of utterances) {
      const got = golden.run(inputs).outputs.get(tensor)!.data;
      const expected = float.run(inputs).outputs.get(tensor)!.data;
      for (const [n, value] of expected.entries()) {
        noise += (got[n]! - value) ** 2;
        signal += value ** 2;
      }
    }
    worst = Math.max(worst, Math.sqrt(noise / Math.max(signal, 1e-12)));
  }
  return worst;
}
