import { EsegenError } from '../../../util/errors.ts';
import type { Tensor } from '../../graph.ts';
import { GraphBuilder } from '../../graph_builder.ts';
import type { ImportedModel } from '../imported_model.ts';
import { type ModelFile, withFile } from '../model_file.ts';
import { type KaldiReader, readAffine, readElementwise, type Sizes } from './components.ts';
import { KaldiLexer } from './lexer.ts';
import { readLstm } from './lstm_component.ts';

/** Most components of a file. */
const COMPONENT_LIMIT = 256;

/** Components that are imported, by the name of their nodes. */
const COMPONENTS: ReadonlyMap<string, string> = new Map([
  ['<AffineTransform>', 'affine'],
  ['<LinearTransform>', 'linear'],
  ['<LstmProjectedStreams>', 'lstm'],
  ['<LstmProjected>', 'lstm'],
  ['<BLstmProjectedStreams>', 'blstm'],
  ['<BLstmProjected>', 'blstm'],
  ['<BlstmProjectedStreams>', 'blstm'],
  ['<BlstmProjected>', 'blstm'],
  ['<AddShift>', 'shift'],
  ['<Rescale>', 'rescale'],
  ['<Sigmoid>', 'sigmoid'],
  ['<Tanh>', 'tanh'],
  ['<Softmax>', 'softmax'],
  ['<Dropout>', 'dropout'],
]);

/** Other components of nnet1 and its forks, and why they are not imported. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['<Splice>', 'repeats the first and last frame at the ends of an utterance; splice the frames on the host'],
  ['<TimeShift>', 'shifts frames; shift them on the host'],
  ['<Transmit>', 'is of a fork of nnet1'],
  ...[
    ...['Copy', 'ConvolutionalComponent', 'Convolutional2DComponent', 'RecurrentComponent', 'HiddenSoftmax'],
    ...['BlockSoftmax', 'ParametricRelu', 'LengthNormComponent', 'Rbm', 'KlHmm', 'SentenceAveragingComponent'],
    ...['SimpleSentenceAveragingComponent', 'AveragePoolingComponent', 'AveragePooling2DComponent', 'Lstm', 'BLstm'],
    ...[
      'MaxPoolingComponent',
      'MaxPooling2DComponent',
      'FramePoolingComponent',
      'ParallelComponent',
      'MultiBasisComponent',
    ],
  ].map((name) => [`<${name}>`, 'is not supported'] as const),
]);

/**
 * Imports a Kaldi nnet1 model written as text (`nnet-copy --binary=false`): a chain of `<AffineTransform>`, `<LinearTransform>`,
 * `<LstmProjectedStreams>`, `<LstmProjected>`, the same in two directions, `<AddShift>`, `<Rescale>`, `<Sigmoid>`, `<Tanh>` and
 * `<Softmax>`; `<Dropout>` does nothing.
 *
 * @throws EsegenError where the file cannot be read, is binary or damaged, or of another Kaldi library, or naming all components
 *   that are not imported
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
      'Convert it: nnet-copy --binary=false final.nnet final.txt',
    );
  }
  const lexer = new KaldiLexer(where, file);
  const chain = new ComponentChain({ lexer, tensors: [] });
  const first = lexer.next();
  refuseOtherLibraries(where, first);
  if (first !== '<Nnet>') throw lexer.unexpected('<Nnet>', first);
  for (let component = lexer.next(); component !== '</Nnet>'; component = lexer.next()) {
    chain.add(component);
    if (lexer.peek() === '<!EndOfComponent>') lexer.next();
  }
  if (lexer.next() !== '') throw lexer.error('expected nothing behind </Nnet>');
  return chain.finish();
}

function refuseOtherLibraries(where: string, token: string): void {
  if (token === '<Nnet3>' || token === '<TransitionModel>') {
    throw new EsegenError(
      where,
      token === '<Nnet3>'
        ? 'is a model of nnet3, which is not supported'
        : 'is a model of nnet2 or nnet3 with its transitions, which is not supported',
      'Convert it to ONNX with kaldi-onnx (github.com/XiaoMi/kaldi-onnx): nnet3-copy --binary=false --raw=true --prepare-for-test=true ' +
        'final.raw text.mdl, then python converter/convert.py --input=text.mdl --output=model.onnx with the contexts that nnet3-info prints',
    );
  }
}

/** Puts the components of a file behind each other. */
class ComponentChain {
  readonly #reader: KaldiReader;
  readonly #builder = new GraphBuilder();
  readonly #problems: string[] = [];
  readonly #counts = new Map<string, number>();
  #components = 0;
  #value: Tensor | null = null;
  /** Outputs of the component before, where it says them. */
  #width: number | null = null;

  constructor(reader: KaldiReader) {
    this.#reader = reader;
  }

  add(component: string): void {
    const { lexer } = this.#reader;
    const kind = COMPONENTS.get(component);
    if (++this.#components > COMPONENT_LIMIT) throw lexer.error(`expected at most ${COMPONENT_LIMIT} components`);
    if (kind === undefined && !UNSUPPORTED.has(component))
      throw lexer.unexpected('a component of nnet1 or </Nnet>', component);
    const outputs = lexer.number(`the output size of ${component}`);
    const inputs = lexer.number(`the input size of ${component}`);
    if (this.#width !== null && inputs !== this.#width) {
      throw lexer.error(`${component} takes ${inputs} values, but gets ${this.#width} of the component before it`);
    }
    this.#width = outputs;
    if (kind === undefined) this.#skip(component);
    else this.#read(component, kind, { inputs, outputs });
  }

  /** @throws EsegenError naming all components that are not imported */
  finish(): ImportedModel {
    const { lexer, tensors } = this.#reader;
    const { where } = lexer;
    if (this.#problems.length > 0) {
      throw new EsegenError(
        where,
        this.#problems.join(`\n${where}: `),
        'Cut them off with nnet-copy --remove-first-components or --remove-last-components; the host runs what is cut off',
      );
    }
    if (this.#value === null) throw new EsegenError(where, 'has no components', 'Export the trained model');
    this.#builder.output('y', this.#value, ['time', 'batch', 'shape']);
    return { graph: this.#builder.build(), tensors };
  }

  /** Notes a component and goes on behind it, so that all of them are named. */
  #skip(component: string): void {
    const { lexer } = this.#reader;
    this.#problems.push(`component ${this.#components}, ${component}, ${UNSUPPORTED.get(component)}`);
    const isEnd = (token: string) => token === '' || token === '</Nnet>' || token === '<!EndOfComponent>';
    while (!isEnd(lexer.peek()) && !COMPONENTS.has(lexer.peek()) && !UNSUPPORTED.has(lexer.peek())) lexer.next();
  }

  #read(component: string, kind: string, sizes: Sizes): void {
    const reader = this.#reader;
    const { lexer } = reader;
    const number = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, number + 1);
    const id = `${kind}${number}`;
    const { inputs, outputs } = sizes;
    const isSquare = !['affine', 'linear', 'lstm', 'blstm'].includes(kind);
    if (isSquare && inputs !== outputs) throw lexer.error(`${component} makes ${outputs} values of ${inputs}`);
    const node = (layer: Parameters<GraphBuilder['node']>[1], width: number, from: readonly Tensor[], own = id) =>
      this.#builder.node(`component ${this.#components} ${component}`, layer, from, { shape: [width], time: [] }, own);
    const value = () => this.#input(inputs);
    switch (kind) {
      case 'affine':
      case 'linear': {
        const layer = readAffine(reader, id, sizes, kind === 'affine');
        this.#value = node(layer, outputs, [value()]);
        break;
      }
      case 'lstm': {
        const [layer] = readLstm(reader, id, sizes, 1);
        this.#value = node(layer!, outputs, [value()]);
        break;
      }
      case 'blstm': {
        const [forward, backward] = readLstm(reader, id, sizes, 2);
        const parts = [
          node(forward!, forward!.outputs, [value()]),
          node(backward!, backward!.outputs, [value()], `${id}_reverse`),
        ];
        this.#value = node({ kind: 'concat' }, outputs, parts, `${id}_concat`);
        break;
      }
      case 'shift':
      case 'rescale': {
        const layer = readElementwise(reader, id, outputs, kind === 'shift' ? 'shift' : 'scale');
        this.#value = node(layer, outputs, [value()]);
        break;
      }
      case 'sigmoid':
      case 'tanh':
        this.#value = node({ kind: 'activation', activation: { kind } }, outputs, [value()]);
        break;
      case 'softmax':
        this.#value = node({ kind: 'host', operation: { op: 'softmax', axis: 0 } }, outputs, [value()]);
        break;
      default:
        // Dropout has numbers for training alone.
        this.#value = value();
        while (lexer.peek() === '<DropoutRate>' || lexer.peek() === '<DropoutRetention>') {
          lexer.number(lexer.next());
        }
    }
  }

  /** What the next component works on: the value before it, or the input of the network. */
  #input(size: number): Tensor {
    this.#value ??= this.#builder.input('x', [size], ['time', 'batch', 'shape']);
    return this.#value;
  }
}
