import { quoteName } from '../../../util/quote_name.ts';
import type { BatchNormLayer, LinearLayer } from '../../graph.ts';
import type { TensorSummary } from '../imported_model.ts';
import { checkSize } from '../limits.ts';
import type { KaldiLexer } from './lexer.ts';

/** Options of an affine or linear transform, all for training. */
const AFFINE_OPTIONS = ['<LearnRateCoef>', '<BiasLearnRateCoef>', '<MaxNorm>', '<ClipGradient>'];

/** Sizes of a component. */
export interface Sizes {
  readonly inputs: number;
  readonly outputs: number;
}

/** The parts of a file that are being read. */
export interface KaldiReader {
  readonly lexer: KaldiLexer;
  /** Takes up every matrix and vector. */
  readonly tensors: TensorSummary[];
}

/** A matrix, or with one row a vector, noted as a tensor. */
export function readArray({ lexer, tensors }: KaldiReader, name: string, rows: number, columns: number): Float32Array {
  const values = lexer.matrix(name, rows, columns);
  tensors.push({ name, dtype: 'F32', shape: rows === 1 ? [columns] : [rows, columns] });
  return values;
}

/** Pairs of a word and a number, up to the first matrix or whatever is no word. */
export function readOptions(lexer: KaldiLexer, known: readonly string[]): ReadonlyMap<string, number> {
  const options = new Map<string, number>();
  while (lexer.peek() !== '[') {
    const word = lexer.next();
    if (!known.includes(word) || options.has(word)) {
      throw lexer.error(`expected a matrix or one of ${known.join(', ')}, got ${quoteName(word)}`);
    }
    options.set(word, lexer.number(word));
  }
  return options;
}

/** `<AffineTransform>`: `linearity` [outputs, inputs] and `bias` [outputs]; `<LinearTransform>` has no bias. */
export function readAffine(
  reader: KaldiReader,
  name: string,
  { inputs, outputs }: Sizes,
  hasBias: boolean,
): LinearLayer {
  const { lexer } = reader;
  checkSize(`${lexer.where}: ${name}`, 'outputs', outputs);
  readOptions(lexer, AFFINE_OPTIONS);
  const values = readArray(reader, `${name}.linearity`, outputs, inputs);
  const bias = hasBias ? Float64Array.from(readArray(reader, `${name}.bias`, 1, outputs)) : new Float64Array(outputs);
  return { kind: 'linear', weight: { rows: outputs, columns: inputs, values }, bias, activation: null };
}

/** `<AddShift>` and `<Rescale>`: a vector to add, or to multiply by. */
export function readElementwise(
  reader: KaldiReader,
  name: string,
  size: number,
  kind: 'shift' | 'scale',
): BatchNormLayer {
  const { lexer } = reader;
  checkSize(`${lexer.where}: ${name}`, 'outputs', size);
  readOptions(lexer, ['<LearnRateCoef>']);
  const values = Float64Array.from(readArray(reader, `${name}.${kind}_data`, 1, size));
  return kind === 'shift'
    ? { kind: 'batchNorm', scale: new Float64Array(size).fill(1), shift: values }
    : { kind: 'batchNorm', scale: values, shift: new Float64Array(size) };
}
