import { describe, expect, test } from 'vitest';
import { hardwareModel } from '../../../src/model/import/hardware_model.ts';
import { kaldiModel } from '../../../src/model/import/kaldi/kaldi_lstm.ts';
import type { OutputLayer } from '../../../src/model/lstm.ts';
import { Rng } from '../../../src/util/rng.ts';
import { fileInMemory, type KaldiOptions, kaldiLayer, kaldiText, normals } from './kaldi_text.ts';

const rng = new Rng(21);
const layer = kaldiLayer(rng, 3, 5, 2);
const outputLayer: OutputLayer = { classes: 4, weight: normals(rng, 8), bias: Float64Array.from(normals(rng, 4)) };

const read = (text: string | Uint8Array) => kaldiModel('final.nnet', fileInMemory(text));
const text = (options?: KaldiOptions) => kaldiText([layer], outputLayer, options);

describe('a Kaldi model as text', () => {
  test('is read value by value', () => {
    const { graph, model, tensors } = read(text());
    expect(model.layers.flat().map((direction) => direction.layer)).toEqual([layer]);
    expect(model.outputLayer).toEqual(outputLayer);
    expect(graph.outside.map(({ name }) => name)).toEqual(['Softmax']);
    expect(tensors[0]).toEqual({ name: 'lstm0.w_gifo_x', dtype: 'F32', shape: [20, 3] });
    expect(hardwareModel('final.nnet', graph)).toEqual({
      layer,
      outputLayer,
    });
  });

  test('may be of the newer component, with its options in any order', () => {
    const options = '<LearnRateCoef> 1 <CellClip> 10 <DiffClip> 1 <CellDiffClip> 0 <CellDim> 5 <GradClip> 250 \n';
    const { model } = read(text({ component: 'LstmProjected', options, endOfComponent: true }));
    expect(model.layers[0]![0]).toMatchObject({ layer, cell: { cellClip: 10 } });
  });

  test('limits the cell state to 50 where it says nothing, and not at all where it says 0', () => {
    expect(read(text()).model.layers[0]![0]!.cell.cellClip).toBe(50);
    const free = text({ component: 'LstmProjected', options: '<CellDim> 5 <CellClip> 0 ' });
    expect(read(free).model.layers[0]![0]!.cell.cellClip).toBe(Number.POSITIVE_INFINITY);
  });

  test('may have several layers, and no output layer', () => {
    const second = kaldiLayer(rng, 2, 3, 6);
    const { model } = read(kaldiText([layer, second], null));
    expect(model.layers.flat().map((direction) => direction.layer)).toEqual([layer, second]);
    expect(model.outputLayer).toBeNull();
  });

  test('is read across the borders of the chunks that are read from the file', () => {
    for (const shift of [0, 1, 7, 65_520, 65_530])
      expect(read(' '.repeat(shift) + text()).model).toEqual(read(text()).model);
    const wide = kaldiLayer(rng, 100, 40, 10);
    expect(read(kaldiText([wide], null)).model.layers[0]![0]!.layer).toEqual(wide);
  });

  test('may have numbers in any notation, and rows on one line with their bracket', () => {
    const plain =
      '<Nnet> <LstmProjected> 1 1 <CellDim> 1 [ 1\n 2\n3\n-4e-1 ] [ 0\n0\n0\n0 ] [ +1 .5 1E1 0 ] [0] [ 0 ] [ 0 ] [ 2 ] </Nnet>';
    const { bias, weightX } = read(plain).model.layers[0]![0]!.layer;
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
    ['no end', text().replace('</Nnet>', ''), 'got ""'],
    ['something behind the end', `${text()} <Nnet>`, 'expected nothing behind </Nnet>'],
    ['no layer', '<Nnet> </Nnet>', 'final.nnet: expected layers from 1 to 64, got 0'],
    [
      'another component',
      '<Nnet> <AddShift> 3 3 [ 1 2 3 ] </Nnet>',
      'final.nnet: expected <LstmProjectedStreams> or <LstmProjected>, then <AffineTransform> and <Softmax>, got "<AddShift>". ' +
        'Cut the model with nnet-copy --remove-first-components or --remove-last-components; the host runs the rest',
    ],
    [
      'a layer of two directions',
      change('<LstmProjectedStreams>', '<BlstmProjectedStreams>'),
      'got "<BlstmProjectedStreams>"',
    ],
    ['components in another order', change('<AffineTransform>', '<Softmax>'), 'got "<LearnRateCoef>"'],
    ['a component behind the softmax', change('</Nnet>', '<Softmax> 4 4 </Nnet>'), 'got "<Softmax>"'],
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
