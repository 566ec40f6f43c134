import { createFrames, type Frames, frameAt } from '../../data/frames.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { BatchNormLayer, GruLayer, Layer, LinearLayer, LstmLayer, PickLayer } from '../graph.ts';
import { activate } from './activation.ts';
import { FloatConv } from './float_conv.ts';
import { runHostOperation } from './host_operation.ts';
import { MatrixProduct } from './matrix_product.ts';

/** Computes a layer without state over an utterance. */
export type LayerRunner = (inputs: readonly Frames[]) => Frames;

/**
 * Prepares a layer without state.
 *
 * @param name of its node, for messages
 * @param shapes of its inputs
 */
export function layerRunner(
  name: string,
  layer: Exclude<Layer, LstmLayer | GruLayer>,
  shapes: readonly (readonly number[])[],
): LayerRunner {
  switch (layer.kind) {
    case 'linear':
      return linear(layer);
    case 'conv': {
      const conv = new FloatConv(layer, shapes[0]!);
      return ([x]) => conv.run(x!);
    }
    case 'batchNorm':
      return batchNorm(layer, shapes[0]!);
    case 'activation':
      return ([x]) => {
        const result = copy(x!);
        activate(layer.activation, result.data);
        return result;
      };
    case 'concat':
      return sideBySide;
    case 'add':
      return sum;
    case 'gather':
      return ([x]) => gather(x!, layer.index);
    case 'pick':
      return ([x]) => pick(name, layer, x!);
    case 'host':
      return (inputs) =>
        runHostOperation(
          layer.operation,
          inputs.map((values, n) => ({ shape: shapes[n]!, values })),
        );
  }
}

function copy(x: Frames): Frames {
  return { ...x, data: x.data.slice() };
}

function linear({ weight, bias, activation }: LinearLayer): LayerRunner {
  const product = new MatrixProduct(weight);
  return ([x]) => {
    const y = createFrames(x!.frames, weight.rows);
    product.apply(x!.data, 0, x!.frames, y.data);
    for (let i = 0; i < y.data.length; i++) y.data[i]! += bias[i % y.width]!;
    activate(activation, y.data);
    return y;
  };
}

function batchNorm({ scale, shift }: BatchNormLayer, [channels]: readonly number[]): LayerRunner {
  return ([x]) => {
    const area = x!.width / channels!;
    const y = copy(x!);
    for (let i = 0; i < y.data.length; i++) {
      const channel = Math.floor((i % y.width) / area);
      y.data[i] = scale[channel]! * y.data[i]! + shift[channel]!;
    }
    return y;
  };
}

function sideBySide(parts: readonly Frames[]): Frames {
  const width = parts.reduce((all, part) => all + part.width, 0);
  const joined = createFrames(parts[0]!.frames, width);
  let at = 0;
  for (const part of parts) {
    for (let t = 0; t < part.frames; t++) frameAt(joined, t).set(frameAt(part, t), at);
    at += part.width;
  }
  return joined;
}

function sum([first, ...others]: readonly Frames[]): Frames {
  const result = copy(first!);
  for (const { data } of others) for (let i = 0; i < data.length; i++) result.data[i]! += data[i]!;
  return result;
}

function gather(x: Frames, index: Int32Array): Frames {
  const y = createFrames(x.frames, index.length);
  for (let t = 0; t < x.frames; t++) {
    for (let n = 0; n < index.length; n++) y.data[t * y.width + n] = x.data[t * x.width + index[n]!]!;
  }
  return y;
}

function pick(name: string, { at }: PickLayer, x: Frames): Frames {
  if (x.frames === 0)
    throw new EsegenError(`node ${quoteName(name)}`, `takes the ${at} step of an utterance without steps`);
  return { frames: 1, width: x.width, data: frameAt(x, at === 'first' ? 0 : x.frames - 1).slice() };
}
