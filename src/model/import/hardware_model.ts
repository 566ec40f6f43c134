import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { Activation, CellRule, LstmModel, TrainedModel } from '../lstm.ts';

/**
 * The part of a trained model that goes into hardware: all of it, or nothing.
 *
 * A limit of the cell state (`cellClip`) is let through: it has no effect as long as no cell gets there, which
 * `checkCellClip` tests on the calibration frames.
 *
 * @param where file name for messages
 * @throws EsegenError naming the first feature that the hardware does not have
 */
export function hardwareModel(where: string, model: TrainedModel): LstmModel {
  const [first] = model.layers;
  if (model.layers.length !== 1) {
    throw refusal(where, `${model.layers.length} stacked layers`, 'Train the LSTM with one layer');
  }
  const [direction] = first!;
  if (first!.length !== 1) throw refusal(where, 'a bidirectional layer', 'Train the LSTM in one direction');
  if (direction!.reverse) throw refusal(where, 'a layer in reverse direction', 'Train the LSTM in forward direction');
  checkCell(where, direction!.cell);
  if (model.stateInput !== null) {
    throw refusal(
      where,
      `initial states given at run time, ${quoteName(model.stateInput)}`,
      'Export the model without them: the hardware keeps the state and starts every utterance from zeros',
    );
  }
  if (direction!.initial !== null) {
    throw refusal(where, 'initial states other than zeros', 'Train the LSTM to start from zeros');
  }
  if (model.sequenceLengths !== null) {
    throw refusal(where, 'fixed sequence lengths', 'Export the model without them; the host ends an utterance');
  }
  return { layer: direction!.layer, outputLayer: model.outputLayer };
}

/**
 * @param peak largest magnitude of a cell state over frames, computed without a limit
 * @param frames what to call them
 * @throws EsegenError where the model's limit of the cell state would have taken effect, for the hardware has none
 */
export function checkCellClip(where: string, model: TrainedModel, peak: number, frames = 'calibration'): void {
  const limit = model.layers[0]![0]!.cell.cellClip;
  if (peak <= limit) return;
  throw new EsegenError(
    where,
    `limits the cell state to ±${limit}, which the hardware does not, and it reaches ${peak.toPrecision(4)} in ${frames}`,
    'Use frames and utterance borders as the model was trained on',
  );
}

function checkCell(where: string, cell: CellRule): void {
  const functions: [string, Activation, Activation['kind']][] = [
    ['gates', cell.gate, 'sigmoid'],
    ['cell gate', cell.candidate, 'tanh'],
    ['cell state', cell.output, 'tanh'],
  ];
  for (const [place, { kind }, expected] of functions) {
    if (kind === expected) continue;
    throw refusal(where, `the activation ${kind} of the ${place}`, `Train the LSTM with ${expected}`);
  }
  if (cell.clip !== Number.POSITIVE_INFINITY) {
    throw refusal(
      where,
      `clipping of the pre-activations (clip ${Number(cell.clip.toPrecision(7))})`,
      'Train the LSTM without it',
    );
  }
  if (cell.couplesGates) {
    throw refusal(where, 'coupled input and forget gates (input_forget)', 'Train the LSTM without them');
  }
}

function refusal(where: string, feature: string, fix: string): EsegenError {
  return new EsegenError(where, `has ${feature}, which the hardware cannot run yet`, fix);
}
