import { describe, expect, test } from 'vitest';
import type { Graph, LstmLayer } from '../../../src/model/graph.ts';
import { hardwareModel, stacked } from '../../../src/model/import/hardware_model.ts';
import { kaldiModel } from '../../../src/model/import/kaldi/import_kaldi.ts';
import { FloatNetwork } from '../../../src/model/reference/float_network.ts';
import type { OutputLayer, StackedLayer } from '../../../src/model/stacked_layer.ts';
import { Rng } from '../../../src/util/rng.ts';
import { checkGraph } from '../../lib/check_graph.ts';
import { blstmComponent, fileInMemory, type KaldiOptions, kaldiLayer, kaldiText, normals } from './kaldi_text.ts';

const rng = new Rng(21);
const layer = kaldiLayer(rng, 3, 5, 2);
const outputLayer: OutputLayer = { classes: 4, weight: normals(rng, 8), bias: Float64Array.from(normals(rng, 4)) };

const read = (text: string | Uint8Array) => kaldiModel('final.nnet', fileInMemory(text));
const text = (options?: KaldiOptions) => kaldiText([layer], outputLayer, options);

/** The layers of a graph as the compiler takes them, in its order. */
const layersOf = (graph: Graph) =>
  graph.nodes.flatMap((node) => (node.layer.kind === 'lstm' ? [stacked(node.layer)] : []));

const cellOf = (graph: Graph) => (graph.nodes.find(({ layer: { kind } }) => kind === 'lstm')!.layer as LstmLayer).cell;

describe('a Kaldi model as text', () => {
  test('is read value by value', () => {
    const { graph, tensors } = read(text());
    checkGraph(graph);
    expect(graph.nodes.map(({ id, name, layer: { kind } }) => [id, name, kind])).toEqual([
      ['lstm0', 'component 1 <LstmProjectedStreams>', 'lstm'],
      ['affine0', 'component 2 <AffineTransform>', 'linear'],
      ['softmax0', 'component 3 <Softmax>', 'host'],
    ]);
    expect(tensors[0]).toEqual({ name: 'lstm0.w_gifo_x', dtype: 'F32', shape: [20, 3] });
    expect(tensors.at(-1)).toEqual({ name: 'affine0.bias', dtype: 'F32', shape: [4] });
    expect(hardwareModel('final.nnet', graph)).toEqual({ layer, outputLayer });
  });

  test('may be of the newer component, with its options in any order', () => {
    const options = '<LearnRateCoef> 1 <CellClip> 10 <DiffClip> 1 <CellDiffClip> 0 <CellDim> 5 <GradClip> 250 \n';
    const { graph } = read(text({ component: 'LstmProjected', options, endOfComponent: true }));
    expect(layersOf(graph)).toEqual([layer]);
    expect(cellOf(graph).cellClip).toBe(10);
  });

  test('may be of the first format, with the number of streams', () => {
    expect(layersOf(read(text({ options: '<CellDim> 5 <NumStream> 4 ' })).graph)).toEqual([layer]);
  });

  test('limits the cell state to 50 where it says nothing, and not at all where it says 0', () => {
    expect(cellOf(read(text()).graph).cellClip).toBe(50);
    const free = text({ component: 'LstmProjected', options: '<CellDim> 5 <CellClip> 0 ' });
    expect(cellOf(read(free).graph).cellClip).toBe(Number.POSITIVE_INFINITY);
  });

  test('may have several layers, and no output layer', () => {
    const second = kaldiLayer(rng, 2, 3, 6);
    const { graph } = read(kaldiText([layer, second], null));
    checkGraph(graph);
    expect(layersOf(graph)).toEqual([layer, second]);
    expect(graph.nodes).toHaveLength(2);
  });

  test('may have layers of two directions, forward first', () => {
    const backward = kaldiLayer(rng, 3, 5, 2);
    const { graph } = read(`<Nnet> ${blstmComponent(layer, backward)} </Nnet>`);
    checkGraph(graph);
    expect(layersOf(graph)).toEqual([layer, backward]);
    expect(graph.nodes.map(({ id, inputs }) => [id, ...inputs])).toEqual([
      ['blstm0', 'x'],
      ['blstm0_reverse', 'x'],
      ['blstm0_concat', 'blstm0', 'blstm0_reverse'],
    ]);
    expect(graph.nodes.map(({ layer: l }) => (l.kind === 'lstm' ? l.reverse : null))).toEqual([false, true, null]);
  });

  test('may have other components around, which compute what Kaldi computes', () => {
    const content = `<Nnet> <AddShift> 2 2 <LearnRateCoef> 0 [ 1 -2 ] <!EndOfComponent>
      <Rescale> 2 2 [ 3 0.5 ] <Dropout> 2 2 <DropoutRate> 0.5
      <LinearTransform> 3 2 <LearnRateCoef> 1 [ 1 0\n 0 1\n 1 1 ] <Tanh> 3 3
      <AffineTransform> 2 3 [ 1 2 3\n -1 0 1 ] [ 0.25 -0.5 ] <Sigmoid> 2 2 </Nnet>`;
    const { graph } = read(content);
    checkGraph(graph);
    expect(graph.nodes.map(({ id }) => id)).toEqual(['shift0', 'rescale0', 'linear0', 'tanh0', 'affine0', 'sigmoid0']);
    const x = [0.3, 1.5];
    const input = { frames: 1, width: 2, data: Float64Array.from(x) };
    const y = new FloatNetwork(graph).run(new Map([['x', input]])).outputs.get('sigmoid0')!.data;
    const [a, b] = [3 * (x[0]! + 1), 0.5 * (x[1]! - 2)];
    const [p, q, r] = [Math.tanh(a), Math.tanh(b), Math.tanh(a + b)] as const;
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    expect(y[0]).toBeCloseTo(sigmoid(p + 2 * q + 3 * r + 0.25), 12);
    expect(y[1]).toBeCloseTo(sigmoid(r - p - 0.5), 12);
  });

  test('is read across the borders of the chunks that are read from the file', () => {
    for (const shift of [0, 1, 7, 65_520, 65_530])
      expect(read(' '.repeat(shift) + text()).graph).toEqual(read(text()).graph);
    const wide = kaldiLayer(rng, 100, 40, 10);
    expect(layersOf(read(kaldiText([wide], null)).graph)).toEqual([wide]);
  });

  test('may have numbers in any notation, and rows on one line with their bracket', () => {
    const plain =
      '<Nnet> <LstmProjected> 1 1 <CellDim> 1 [ 1\n 2\n3\n-4e-1 ] [ 0\n0\n0\n0 ] [ +1 .5 1E1 0 ] [0] [ 0 ] [ 0 ] [ 2 ] </Nnet>';
    const [{ bias, weightX }] = layersOf(read(plain).graph) as [StackedLayer];
    // From g, i, f, o to i, f, g, o.
    expect([...weightX]).toEqual([2, 3, 1, Math.fround(-0.4)]);
    expect([...bias]).toEqual([0.5, 10, 1, 0]);
  });
});

describe('refused', () => {
  const damaged =
    'The file is damaged or not a Kaldi nnet1 model as text; write it again with nnet-copy --binary=false';
  const change = (from: string | RegExp, to: string) => {
    const changed = text().replace(from, to);
    expect(changed).not.toBe(text());
    return changed;
  };

  test.each<[string, string, string]>([
    ['another text', '{"a": 1}', `final.nnet: byte 5: expected <Nnet>, got "{\\"a\\":". ${damaged}`],
    ['an empty file', '', `final.nnet: byte 0: expected <Nnet>, got the end of the file. ${damaged}`],
    ['an end in a matrix', text().slice(0, 200), 'got the end of the file'],
    ['no end', text().replace('</Nnet>', ''), 'got the end of the file'],
    ['something behind the end', `${text()} <Nnet>`, 'expected nothing behind </Nnet>'],
    ['no layer', '<Nnet> </Nnet>', 'final.nnet: has no components'],
    [
      'several components that are not imported, all at once',
      text()
        .replace('<Nnet>', '<Nnet> <Splice> 3 1 [ -1 0 1 ] <Copy> 3 3 [ 3 2 1 ]')
        .replace('</Nnet>', '<BlockSoftmax> 4 4 <BlockDims> [ 2 2 ] </Nnet>'),
      'final.nnet: component 1, <Splice>, repeats the first and last frame at the ends of an utterance; splice the frames on the host\n' +
        'final.nnet: component 2, <Copy>, is not supported\n' +
        'final.nnet: component 6, <BlockSoftmax>, is not supported. ' +
        'Cut them off with nnet-copy --remove-first-components or --remove-last-components; the host runs what is cut off',
    ],
    [
      'a component that nobody knows',
      change('<AffineTransform>', '<Affine>'),
      'expected a component of nnet1 or </Nnet>, got "<Affine>"',
    ],
    [
      'the interleaved arrays of a fork',
      `<Nnet> ${blstmComponent(layer, layer, '<NumStream> 4')} </Nnet>`,
      'got "<NumStream>"',
    ],
    [
      'an odd number of outputs of two directions',
      '<Nnet> <BLstmProjected> 3 3 <CellDim> 5 [',
      'expected P (outputs) from 1 to 4096, got 1.5',
    ],
    ['a function that changes the size', change('<Softmax> 4 4', '<Softmax> 3 4'), '<Softmax> makes 3 values of 4'],
    [
      'nnet3',
      '<Nnet3> \n\ninput-node name=input dim=40\n',
      'final.nnet: is a model of nnet3, which is not supported. Convert it to ONNX with kaldi-onnx',
    ],
    [
      'a model with transitions',
      '<TransitionModel> \n<Topology> \n',
      'final.nnet: is a model of nnet2 or nnet3 with its transitions',
    ],
    ['components in another order', change('<AffineTransform>', '<Softmax>'), '<Softmax> makes 4 values of 2'],
    [
      'an unknown option',
      change('<ClipGradient>', '<DropoutRate>'),
      'expected a matrix or one of <CellDim>, <CellClip>',
    ],
    ['an option twice', change('<ClipGradient> 5', '<CellDim> 5'), 'got "<CellDim>"'],
    ['no number of cells', change('<CellDim> 5', ''), 'expected <CellDim>'],
    ['no cells', change('<CellDim> 5', '<CellDim> 0'), 'final.nnet: lstm0: expected H (cells) from 1 to 4096, got 0'],
    ['half a cell', change('<CellDim> 5', '<CellDim> 4.5'), 'lstm0: expected H (cells) from 1 to 4096, got 4.5'],
    [
      'more cells than the file has values',
      change('<CellDim> 5', '<CellDim> 4096'),
      'the file is too short for lstm0.w_gifo_x [16384, 3]',
    ],
    ['fewer cells', change('<CellDim> 5', '<CellDim> 4'), 'expected lstm0.w_gifo_x [16, 3], got more values'],
    [
      'another number of inputs',
      change('<LstmProjectedStreams> 2 3', '<LstmProjectedStreams> 2 4'),
      'expected rows of 4 values in lstm0.w_gifo_x, got 3',
    ],
    [
      'an output layer that does not fit',
      change('<AffineTransform> 4 2', '<AffineTransform> 4 3'),
      '<AffineTransform> takes 3 values, but gets 2',
    ],
    ['a softmax that does not fit', change('<Softmax> 4 4', '<Softmax> 4 5'), '<Softmax> takes 5 values, but gets 4'],
    [
      'a value that is no number',
      change(/\[\n {2}\S+/, '[\n  nan'),
      'expected a number as a value of lstm0.w_gifo_x, got "nan"',
    ],
    ['an infinite value', change(/\[\n {2}\S+/, '[\n  1e999'), 'got "1e999"'],
    [
      'a value beyond single precision',
      change(/\[\n {2}\S+/, '[\n  1e39'),
      'value 0 of lstm0.w_gifo_x is beyond single precision',
    ],
    ['a word without end', `<Nnet> <${'x'.repeat(1000)}`, 'expected a word or a number, got'],
  ])('%s', (_, content, message) => {
    expect(() => read(content)).toThrow(message);
  });

  test('a binary model', () => {
    expect(() => read(Uint8Array.of(0, 0x42, 0x3c, 0x4e))).toThrow(
      'final.nnet: expected a Kaldi model as text, got a binary one. Convert it: nnet-copy --binary=false',
    );
  });
});
