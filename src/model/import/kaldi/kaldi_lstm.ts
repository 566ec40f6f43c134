import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import { ESE_CELL, type LstmDirection, type OutputLayer } from '../../lstm.ts';
import { graphOf } from '../graph_of_trained.ts';
import type { ImportedModel, TensorSummary } from '../imported_model.ts';
import { checkSize } from '../limits.ts';
import { lstmLayer } from '../lstm_layer.ts';
import { type ModelFile, withFile } from '../model_file.ts';
import { KaldiLexer } from './lexer.ts';

/** Limit of the cell state where the file names none: fixed in `LstmProjectedStreams`, the default of `LstmProjected`. */
const CELL_CLIP = 50;

/** Options of an LSTM component; only the first two matter to inference. */
const LSTM_OPTIONS = new Set([
  '<CellDim>',
  '<CellClip>',
  '<ClipGradient>',
  '<DiffClip>',
  '<CellDiffClip>',
  '<GradClip>',
  '<LearnRateCoef>',
  '<BiasLearnRateCoef>',
]);

/** Options of an affine transform, all for training. */
const AFFINE_OPTIONS = new Set(['<LearnRateCoef>', '<BiasLearnRateCoef>', '<MaxNorm>']);

/**
 * Imports a Kaldi nnet1 model written as text (`nnet-copy --binary=false`):
 *
 * - `<LstmProjectedStreams>` or `<LstmProjected>`, one or several: output and input size, options, then `w_gifo_x` [4H, I],
 *   `w_gifo_r` [4H, P], bias [4H] (gate order g, i, f, o), `peephole_i_c`, `peephole_f_c`, `peephole_o_c` [H] and
 *   `w_r_m` [P, H];
 * - then optionally `<AffineTransform>`, the output layer, and `<Softmax>`, which is left to the host.
 *
 * Format and equations after `nnet-lstm-projected-streams.h` and `nnet-lstm-projected.h` of Kaldi's nnet1.
 *
 * @throws EsegenError where the file cannot be read, is binary or damaged, or has other components
 */
export function importKaldi(path: string): ImportedModel {
  return withFile(path, (file) => kaldiModel(path, file));
}

/** Imports a model from an open file, or from bytes in memory. */
export function kaldiModel(where: string, file: ModelFile): ImportedModel {
  if (file.size >= 2 && file.read(0, 2).every((byte, n) => byte === [0, 0x42][n])) {
    throw new EsegenError(
      where,
      'expected a Kaldi model as text, got a binary one',
      'Convert it: nnet-copy --binary=false',
    );
  }
  const lexer = new KaldiLexer(where, file);
  const tensors: TensorSummary[] = [];
  const layers: LstmDirection[] = [];
  let outputLayer: OutputLayer | null = null;
  let softmax = false;
  let width: number | null = null;
  lexer.expect('<Nnet>');
  for (let component = lexer.next(); component !== '</Nnet>'; component = lexer.next()) {
    const isLstm = component === '<LstmProjectedStreams>' || component === '<LstmProjected>';
    const isAffine = component === '<AffineTransform>';
    // LSTMs, then the output layer, then the softmax.
    const inOrder = isLstm ? outputLayer === null : layers.length > 0 && (!isAffine || outputLayer === null);
    if (!(isLstm || isAffine || component === '<Softmax>') || !inOrder || softmax)
      throw otherComponent(where, component);
    const outputs = lexer.number(`the output size of ${component}`);
    const inputs = lexer.number(`the input size of ${component}`);
    if (width !== null && inputs !== width) {
      throw lexer.error(`${component} takes ${inputs} values, but gets ${width} of the component before it`);
    }
    width = outputs;
    if (isLstm) layers.push(readLstm(lexer, `lstm${layers.length}`, { inputs, outputs }, tensors));
    else if (isAffine) outputLayer = readAffine(lexer, { inputs, outputs }, tensors);
    else softmax = true;
    checkSize(where, 'layers', layers.length);
    if (lexer.peek() === '<!EndOfComponent>') lexer.next();
  }
  if (lexer.next() !== '') throw lexer.error('expected nothing behind </Nnet>');
  checkSize(where, 'layers', layers.length);
  const model = { layers: layers.map((layer) => [layer]), outputLayer, stateInput: null, sequenceLengths: null };
  return { graph: graphOf(model, softmax ? ['Softmax'] : []), model, tensors };
}

function otherComponent(where: string, component: string): EsegenError {
  return new EsegenError(
    where,
    `expected <LstmProjectedStreams> or <LstmProjected>, then <AffineTransform> and <Softmax>, got ${quoteName(component)}`,
    'Cut the model with nnet-copy --remove-first-components or --remove-last-components; the host runs the rest',
  );
}

interface Sizes {
  readonly inputs: number;
  readonly outputs: number;
}

function readLstm(
  lexer: KaldiLexer,
  name: string,
  { inputs, outputs }: Sizes,
  tensors: TensorSummary[],
): LstmDirection {
  const at = `${lexer.where}: ${name}`;
  const options = readOptions(lexer, LSTM_OPTIONS);
  const cells = options.get('<CellDim>');
  if (cells === undefined) throw lexer.error('expected <CellDim>');
  checkSize(at, 'I (inputs)', inputs);
  checkSize(at, 'H (cells)', cells);
  checkSize(at, 'P (outputs)', outputs);
  const read = (part: string, rows: number, columns: number): Float32Array => {
    const values = lexer.matrix(`${name}.${part}`, rows, columns);
    tensors.push({ name: `${name}.${part}`, dtype: 'F32', shape: rows === 1 ? [columns] : [rows, columns] });
    return values;
  };
  const layer = lstmLayer(at, 'kaldi', {
    inputs,
    cells,
    outputs,
    weightX: read('w_gifo_x', 4 * cells, inputs),
    weightR: read('w_gifo_r', 4 * cells, outputs),
    biases: [read('bias', 1, 4 * cells)],
    peepholes: ['peephole_i_c', 'peephole_f_c', 'peephole_o_c'].map((part) => read(part, 1, cells)),
    weightP: read('w_r_m', outputs, cells),
  });
  const clip = options.get('<CellClip>') ?? CELL_CLIP;
  const cellClip = clip > 0 ? clip : Number.POSITIVE_INFINITY;
  return { layer, cell: { ...ESE_CELL, cellClip }, reverse: false, initial: null };
}

function readAffine(lexer: KaldiLexer, { inputs, outputs: classes }: Sizes, tensors: TensorSummary[]): OutputLayer {
  checkSize(`${lexer.where}: <AffineTransform>`, 'classes', classes);
  readOptions(lexer, AFFINE_OPTIONS);
  const weight = lexer.matrix('linearity', classes, inputs);
  const bias = lexer.matrix('bias', 1, classes);
  tensors.push({ name: 'linearity', dtype: 'F32', shape: [classes, inputs] });
  tensors.push({ name: 'bias', dtype: 'F32', shape: [classes] });
  return { classes, weight, bias: Float64Array.from(bias) };
}

/** Pairs of a word and a number, up to the first matrix. */
function readOptions(lexer: KaldiLexer, known: ReadonlySet<string>): ReadonlyMap<string, number> {
  const options = new Map<string, number>();
  while (lexer.peek() !== '[') {
    const word = lexer.next();
    if (!known.has(word) || options.has(word)) {
      throw lexer.error(`expected a matrix or one of ${[...known].join(', ')}, got ${quoteName(word)}`);
    }
    options.set(word, lexer.number(word));
  }
  return options;
}
