import type { Argv } from 'yargs';
import type { ImportOptions } from '../model/import/import_options.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';

/** Options that say what of a model file is the network, see {@link ImportOptions}. */
export interface ModelArguments {
  assume: string[] | undefined;
  shape: string[] | undefined;
  from: string[] | undefined;
  to: string[] | undefined;
  layers: string | undefined;
}

/** Adds them to a command. */
export function addModelOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('assume', { type: 'string', array: true, nargs: 1, describe: 'Value of an ONNX input, as name=value' })
    .option('shape', { type: 'string', array: true, nargs: 1, describe: 'Sizes of an ONNX input, as name=1,576' })
    .option('from', { type: 'string', array: true, nargs: 1, describe: 'Tensor at which the network begins' })
    .option('to', { type: 'string', array: true, nargs: 1, describe: 'Tensor at which the network ends' })
    .option('layers', {
      type: 'string',
      requiresArg: true,
      describe: 'JSON that names the layers of a safetensors file',
    });
}

/** @throws EsegenError where one is not as it is described */
export function modelOptions({ assume, shape, from, to, layers }: ModelArguments): ImportOptions {
  return {
    assume: assume === undefined ? undefined : new Map(assume.map((text) => named('--assume', text, oneValue))),
    shape: shape === undefined ? undefined : new Map(shape.map((text) => named('--shape', text, sizes))),
    from,
    to,
    layers,
  };
}

function named<T>(option: string, text: string, parse: (value: string) => T | null): [string, T] {
  const at = text.lastIndexOf('=');
  const value = at < 1 ? null : parse(text.slice(at + 1));
  if (value !== null) return [text.slice(0, at), value];
  const example = option === '--assume' ? 'sr=16000' : 'input=1,576';
  throw new EsegenError(option, `expected a name and its value such as ${example}, got ${quoteName(text)}`);
}

function oneValue(text: string): number | null {
  if (text === 'true' || text === 'false') return text === 'true' ? 1 : 0;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

function sizes(text: string): readonly number[] | null {
  return /^\d{1,9}(,\d{1,9})*$/.test(text) ? text.split(',').map(Number) : null;
}
