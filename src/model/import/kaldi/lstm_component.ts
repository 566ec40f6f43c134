import { ESE_CELL, type LstmLayer } from '../../graph.ts';
import { lstmLayer } from '../cell_layers.ts';
import { checkSize } from '../limits.ts';
import { type KaldiReader, readArray, readOptions, type Sizes } from './components.ts';

/** Limit of the cell state where the file names none: fixed in `LstmProjectedStreams`, the default of `LstmProjected`. */
const CELL_CLIP = 50;

/** Options of an LSTM component; only the first two matter to inference. */
const OPTIONS = [
  '<CellDim>',
  '<CellClip>',
  '<ClipGradient>',
  '<DiffClip>',
  '<CellDiffClip>',
  '<GradClip>',
  '<LearnRateCoef>',
  '<BiasLearnRateCoef>',
];

/** The first format of `<LstmProjectedStreams>` had the number of streams of the training besides. */
const ONE_DIRECTION_OPTIONS = [...OPTIONS, '<NumStream>'];

/**
 * An LSTM component, gates in the order g, i, f, o: `w_gifo_x` [4H, I], `w_gifo_r` [4H, P], bias [4H], `peephole_i_c`,
 * `peephole_f_c`, `peephole_o_c` [H] and `w_r_m` [P, H]. One of two directions has all of the forward one, then all of the backward
 * one, and twice P outputs: forward first.
 *
 * Formats and equations after `nnet-lstm-projected(-streams).h` and `nnet-blstm-projected(-streams).h` of Kaldi's nnet1.
 *
 * @returns a layer for each direction
 */
export function readLstm(
  reader: KaldiReader,
  name: string,
  { inputs, outputs: all }: Sizes,
  directions: 1 | 2,
): readonly LstmLayer[] {
  const { lexer } = reader;
  const at = `${lexer.where}: ${name}`;
  const options = readOptions(lexer, directions === 1 ? ONE_DIRECTION_OPTIONS : OPTIONS);
  const cells = options.get('<CellDim>');
  if (cells === undefined) throw lexer.error('expected <CellDim>');
  const outputs = all / directions;
  checkSize(at, 'I (inputs)', inputs);
  checkSize(at, 'H (cells)', cells);
  checkSize(at, 'P (outputs)', outputs);
  const clip = options.get('<CellClip>') ?? CELL_CLIP;
  const cell = { ...ESE_CELL, cellClip: clip > 0 ? clip : Number.POSITIVE_INFINITY };
  return Array.from({ length: directions }, (_, direction) => {
    const prefix = directions === 1 ? name : `${name}.${direction === 0 ? 'f' : 'b'}`;
    const read = (part: string, rows: number, columns: number) =>
      readArray(reader, directions === 1 ? `${prefix}.${part}` : `${prefix}_${part}`, rows, columns);
    return lstmLayer(at, 'kaldi', {
      inputs,
      cells,
      outputs,
      weightX: read('w_gifo_x', 4 * cells, inputs),
      weightR: read('w_gifo_r', 4 * cells, outputs),
      biases: [read('bias', 1, 4 * cells)],
      peepholes: ['peephole_i_c', 'peephole_f_c', 'peephole_o_c'].map((part) => read(part, 1, cells)),
      weightP: read('w_r_m', outputs, cells),
      cell,
      reverse: direction === 1,
      initial: null,
    });
  });
}
