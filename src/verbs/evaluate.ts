import type { Graph } from '../model/graph.ts';
import { matricesOf } from '../model/matrices.ts';
import { checkCellLimit } from './compress/cell_limit.ts';
import { evaluatedDesign, evaluatedModel } from './compress/evaluated.ts';
import type { EvaluateOptions, Evaluation, GoldenRow, StructureRow } from './compress/evaluation.ts';
import { OutputJudge, readJudgedData } from './compress/judged_outputs.ts';
import { floatEngine, saturatedVectors } from './run/engine.ts';
import { isFolder } from './run/input_sets.ts';

/**
 * Evaluates a network as it is, compressed, and in fixed point: structure by structure and width by width; or a design. Writes nothing.
 *
 * @throws EsegenError where an input is not valid, or the network has several outputs
 */
export function evaluate(options: EvaluateOptions): Evaluation {
  const { progress = () => {} } = options;
  const { path, graph, config, calibration, variants } = isFolder(options.model)
    ? evaluatedDesign(options)
    : evaluatedModel(options);
  const data = readJudgedData(graph, options.data, options.layout);
  checkCellLimit(path, graph, config, data);
  const judge = new OutputJudge(path, graph, data, options);

  const total = variants.reduce((sum, { golden }) => sum + 1 + golden.length, 1);
  let done = 0;
  const next = (what: string) => progress(done++, total, what);
  next('as given, double precision');
  const exact = judge.run(floatEngine(graph));
  const structures = variants.map((variant): StructureRow => {
    const share = keptShare(variant.graph);
    const { block } = variant.structure;
    const name = block === null ? `${(100 * share).toFixed(1)} %` : `blocks of ${block}`;
    next(`${name}, double precision`);
    const float = variant.graph === graph ? exact : judge.run(floatEngine(variant.graph));
    const golden = variant.golden.map(({ weightBits, vectorBits, make }): GoldenRow => {
      const what = `${name}, ${weightBits}-bit weights, ${vectorBits}-bit vectors`;
      next(what);
      const { engine, warnings, stored } = make();
      const y = judge.run(engine);
      const [accuracy, ofPruned] = [judge.compare(exact, y), judge.compare(float, y)];
      const saturated = saturatedVectors(engine);
      return { weightBits, vectorBits, stored, accuracy, ofPruned, saturated, warnings: warnings(what) };
    });
    return { block, density: share, float: judge.compare(exact, float), golden };
  });
  progress(total, total, 'done');
  return { data: data.origin, calibration, words: judge.words(exact), structures };
}

/** Share of the weights of recurrent layers that is not zero; 1 without such layers. */
function keptShare(graph: Graph): number {
  let kept = 0;
  let all = 0;
  for (const { layer } of graph.nodes) {
    if (layer.kind !== 'lstm' && layer.kind !== 'gru') continue;
    for (const [, { values }] of matricesOf(layer)) {
      for (let i = 0; i < values.length; i++) if (values[i] !== 0) kept++;
      all += values.length;
    }
  }
  return all === 0 ? 1 : kept / all;
}
