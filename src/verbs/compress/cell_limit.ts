import type { CalibrationSet } from '../../data/calibration_set.ts';
import { checkCellClip } from '../../model/import/hardware_model.ts';
import type { LstmLayer, TrainedModel } from '../../model/lstm.ts';
import { FloatLstm } from '../../model/reference/float_lstm.ts';

/**
 * Refuses data on which a model's limit of the cell state takes effect: neither the hardware nor the double-precision layer that it
 * is compared with has one, so all figures would be of another model.
 *
 * @param where file of the model
 * @param layer its only layer
 * @throws EsegenError naming the data
 */
export function checkCellLimit(where: string, model: TrainedModel, layer: LstmLayer, set: CalibrationSet): void {
  if (!Number.isFinite(model.layers[0]![0]!.cell.cellClip)) return;
  const lstm = new FloatLstm(layer);
  lstm.run(set.frames, { utteranceStarts: set.utteranceStarts });
  checkCellClip(where, model, lstm.peaks.c, set.origin);
}
