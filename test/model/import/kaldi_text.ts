import type { OutputLayer, StackedLayer } from '../../../src/model/stacked_layer.ts';
import type { Rng } from '../../../src/util/rng.ts';

/** A float32 vector of normal values. */
export function normals(rng: Rng, length: number): Float32Array {
  return Float32Array.from({ length }, () => rng.normal());
}

/** A random layer of the kind that Kaldi has: with projection and peepholes. */
export function kaldiLayer(rng: Rng, inputs: number, cells: number, outputs: number): StackedLayer {
  return {
    inputs,
    cells,
    outputs,
    weightX: normals(rng, 4 * cells * inputs),
    weightR: normals(rng, 4 * cells * outputs),
    weightP: normals(rng, outputs * cells),
    bias: Float64Array.from(normals(rng, 4 * cells)),
    peepholes: { i: normals(rng, cells), f: normals(rng, cells), o: normals(rng, cells) },
  };
}

/** How a Kaldi model is written. */
export interface KaldiOptions {
  /** `LstmProjectedStreams` (default) or `LstmProjected`. */
  readonly component?: string;
  /** Options of the LSTM; default those of `LstmProjectedStreams`, with H cells. */
  readonly options?: string;
  readonly endOfComponent?: boolean;
}

/**
 * A Kaldi nnet1 model as `nnet-copy --binary=false` writes it, of layers with projection and peepholes; written from the
 * description of the format, not by Kaldi.
 */
export function kaldiText(
  layers: readonly StackedLayer[],
  outputLayer: OutputLayer | null,
  { component = 'LstmProjectedStreams', options, endOfComponent = false }: KaldiOptions = {},
): string {
  const end = endOfComponent ? '<!EndOfComponent> \n' : '';
  const text = ['<Nnet> \n'];
  for (const layer of layers) {
    const { inputs, cells, outputs } = layer;
    text.push(`<${component}> ${outputs} ${inputs} \n${options ?? `<CellDim> ${cells} <ClipGradient> 5 `}`);
    text.push(lstmArrays(layer), end);
  }
  if (outputLayer !== null) {
    const { classes, weight, bias } = outputLayer;
    const width = weight.length / classes;
    text.push(`<AffineTransform> ${classes} ${width} \n<LearnRateCoef> 1 <BiasLearnRateCoef> 1 <MaxNorm> 0 `);
    text.push(matrix([...weight], width), vector([...bias]), end, `<Softmax> ${classes} ${classes} \n${end}`);
  }
  return `${text.join('')}</Nnet> \n`;
}

/** A layer of two directions of the same sizes. */
export function blstmComponent(forward: StackedLayer, backward: StackedLayer, options = '<ClipGradient> 5'): string {
  const { inputs, cells, outputs } = forward;
  const head = `<BLstmProjectedStreams> ${2 * outputs} ${inputs} \n<CellDim> ${cells} ${options} `;
  return head + lstmArrays(forward) + lstmArrays(backward);
}

/** Matrices and vectors of a direction, in the order of the file. */
function lstmArrays({ inputs, cells, outputs, weightX, weightR, weightP, bias, peepholes }: StackedLayer): string {
  // g, i, f, o are blocks 2, 0, 1, 3 of the model.
  const gates = (values: ArrayLike<number>, width: number) =>
    [2, 0, 1, 3].flatMap((gate) => Array.from({ length: cells * width }, (_, n) => values[gate * cells * width + n]!));
  return [
    matrix(gates(weightX, inputs), inputs),
    matrix(gates(weightR, outputs), outputs),
    vector(gates(bias, 1)),
    vector([...peepholes!.i]),
    vector([...peepholes!.f]),
    vector([...peepholes!.o]),
    matrix([...weightP!], cells),
  ].join('');
}

function matrix(values: readonly number[], columns: number): string {
  const rows = Array.from({ length: values.length / columns }, (_, row) =>
    values.slice(row * columns, (row + 1) * columns).join(' '),
  );
  return ` [\n  ${rows.join(' \n  ')} ]\n`;
}

function vector(values: readonly number[]): string {
  return ` [ ${values.join(' ')} ]\n`;
}

/** A model as an open file. */
export function fileInMemory(content: string | Uint8Array) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { size: bytes.length, read: (begin: number, end: number) => bytes.subarray(begin, end) };
}
