import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Masks } from '../../compiler/prune/prune_layer.ts';
import { lstmTensors, MATRIX_NAMES } from '../../model/import/pytorch/lstm_tensors.ts';
import { recurrentPrefixes } from '../../model/import/pytorch/recurrent_module.ts';
import { headerLength, LENGTH_BYTES, parseHeader } from '../../model/import/safetensors_header.ts';
import { type ByteTensor, type FloatTensor, writeSafetensors } from '../../model/import/write_safetensors.ts';
import { ESE_CELL, type LstmDirection, type TrainedModel } from '../../model/lstm.ts';
import { EsegenError } from '../../util/errors.ts';
import { causeOf } from '../../util/file_error.ts';
import { maskLayer } from './plain_magnitude.ts';

/** A weight matrix under its mask. */
interface MaskedWeight {
  readonly shape: readonly number[];
  readonly mask: Uint8Array;
}

/** Contents of the files that pruning writes. */
export interface PrunedFiles {
  readonly model: Uint8Array;
  /** `mask.<name of the weight>`, U8, 1 where a weight stays. */
  readonly masks: Uint8Array;
}

/** Prefix of the tensors of a model that does not come with PyTorch's names. */
const PREFIX = 'lstm.';

/**
 * The files of a pruned model. A safetensors file stays byte for byte what it is, but for the weights that are zero now, so that all
 * its tensors are there for `load_state_dict`; other models get PyTorch's names.
 *
 * @param path file of the model
 * @param masks by layer and direction
 * @throws EsegenError where the file cannot be read, or PyTorch's names cannot say what the model does
 */
export function prunedFiles(path: string, model: TrainedModel, masks: readonly (readonly Masks[])[]): PrunedFiles {
  if (extname(path).toLowerCase() === '.safetensors') return patchSafetensors(path, model, masks);
  const weights = maskedWeights(PREFIX, model, masks);
  return { model: writeSafetensors(tensorsOf(path, model, masks)), masks: maskFile(weights) };
}

function suffixOf(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? '_reverse' : ''}`;
}

function maskedWeights(
  prefix: string,
  { layers }: TrainedModel,
  masks: readonly (readonly Masks[])[],
): ReadonlyMap<string, MaskedWeight> {
  const weights = new Map<string, MaskedWeight>();
  for (const [number, directions] of layers.entries()) {
    for (const [at, { layer }] of directions.entries()) {
      const { inputs, cells, outputs } = layer;
      const suffix = suffixOf(number, at);
      const { x, r, p } = masks[number]![at]!;
      weights.set(`${prefix}${MATRIX_NAMES.x}${suffix}`, { shape: [4 * cells, inputs], mask: x });
      weights.set(`${prefix}${MATRIX_NAMES.r}${suffix}`, { shape: [4 * cells, outputs], mask: r });
      if (p !== null) weights.set(`${prefix}${MATRIX_NAMES.p}${suffix}`, { shape: [outputs, cells], mask: p });
    }
  }
  return weights;
}

function maskFile(weights: ReadonlyMap<string, MaskedWeight>): Uint8Array {
  return writeSafetensors(
    new Map(
      [...weights].map(([name, { shape, mask }]): [string, ByteTensor] => [`mask.${name}`, { shape, data: mask }]),
    ),
  );
}

/** Zeroes weights in the bytes of the file: zero is all zero bits in every dtype that holds weights. */
function patchSafetensors(path: string, model: TrainedModel, masks: readonly (readonly Masks[])[]): PrunedFiles {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Files of up to 2 GiB can be pruned');
  }
  const dataAt = LENGTH_BYTES + headerLength(path, bytes.subarray(0, LENGTH_BYTES), bytes.length);
  const { entries } = parseHeader(path, bytes.subarray(LENGTH_BYTES, dataAt), bytes.length - dataAt);
  const weights = maskedWeights(recurrentPrefixes(entries.keys())[0]!, model, masks);
  for (const [name, { mask }] of weights) {
    const { begin, end } = entries.get(name)!;
    const size = (end - begin) / mask.length;
    for (let at = 0; at < mask.length; at++) {
      const from = dataAt + begin + at * size;
      if (mask[at] === 0) bytes.fill(0, from, from + size);
    }
  }
  return { model: bytes, masks: maskFile(weights) };
}

/** A model with PyTorch's names. */
function tensorsOf(
  path: string,
  { layers, outputLayer, stateInput }: TrainedModel,
  masks: readonly (readonly Masks[])[],
): ReadonlyMap<string, FloatTensor> {
  if (stateInput !== null) throw cannotSay(path, 'initial states given at run time');
  const tensors = new Map<string, FloatTensor>();
  for (const [number, directions] of layers.entries()) {
    for (const [at, direction] of directions.entries()) {
      checkPlain(path, direction, at === 1);
      const layer = maskLayer(direction.layer, masks[number]![at]!);
      const name = (base: string) => `${PREFIX}${base}${suffixOf(number, at)}`;
      for (const [key, tensor] of lstmTensors(layer, { matrix: name, peephole: name })) tensors.set(key, tensor);
    }
  }
  if (outputLayer !== null) {
    const { classes, weight, bias } = outputLayer;
    tensors.set('fc.weight', { shape: [classes, weight.length / classes], data: weight });
    tensors.set('fc.bias', { shape: [classes], data: bias });
  }
  return tensors;
}

/** A limit of the cell state is let through, as in `build`. */
function checkPlain(path: string, { cell, reverse, initial }: LstmDirection, second: boolean): void {
  if (reverse !== second) throw cannotSay(path, 'a layer in reverse direction alone');
  if (initial !== null) throw cannotSay(path, 'initial states other than zeros');
  const { gate, candidate, output, clip, couplesGates } = ESE_CELL;
  const plain =
    cell.gate.kind === gate.kind && cell.candidate.kind === candidate.kind && cell.output.kind === output.kind;
  if (!plain || cell.clip !== clip || cell.couplesGates !== couplesGates) throw cannotSay(path, 'another cell');
}

function cannotSay(path: string, feature: string): EsegenError {
  const what = `has ${feature}, which a safetensors file with the names of nn.LSTM cannot say`;
  return new EsegenError(path, what, 'Prune a model of plain nn.LSTM layers');
}
