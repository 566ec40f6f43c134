import type { CalibrationSet } from '../../data/calibration_set.ts';
import type { Graph } from '../../model/graph.ts';
import { cellClipOf, checkCellClip } from '../../model/import/hardware_model.ts';
import { FloatLstm } from '../../model/reference/float_lstm.ts';
import type { StackedLayer } from '../../model/stacked_layer.ts';

/**
 * Refuses data on which a model's limit of the cell state takes effect: neither the hardware nor the double-precision layer that it
 * is compared with has one, so all figures would be of another model.
 *
 * @param where file of the model
 * @param layer its only layer
 * @throws EsegenError naming the data
 */
export function checkCellLimit(where: string, graph: Graph, layer: StackedLayer, set: CalibrationSet): void {
  if (!Number.isFinite(cellClipOf(graph))) return;
  const lstm = new FloatLstm(layer);
  lstm.run(set.frames, { utteranceStarts: set.utteranceStarts });
  checkCellClip(where, graph, lstm.peaks.c, set.origin);
}
