import type { NetworkData } from '../../compiler/random_utterances.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph } from '../../model/graph.ts';
import { cellClipOf, checkCellClip, hardwareModel } from '../../model/import/hardware_model.ts';
import { FloatLstm } from '../../model/reference/float_lstm.ts';
import { isOneLayer, oneLayerSet } from '../run/golden_model.ts';

/**
 * Refuses data on which the limit of the cell state of a one-layer model takes effect: neither its hardware nor the golden model has
 * one, so all figures would be of another model.
 *
 * @param where file of the model
 * @throws EsegenError naming the data
 */
export function checkCellLimit(where: string, graph: Graph, config: Config, data: NetworkData): void {
  if (!isOneLayer(graph, config) || !Number.isFinite(cellClipOf(graph))) return;
  const lstm = new FloatLstm(hardwareModel(where, graph).layer);
  const { frames, utteranceStarts } = oneLayerSet(graph, data);
  lstm.run(frames, { utteranceStarts });
  checkCellClip(where, graph, lstm.peaks.c, data.origin);
}
