import type { Argv } from 'yargs';
import type { ImportOptions } from '../model/import/import_options.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';

/** Options of every command that reads a model file. */
export interface ImportArguments {
  assume: string[] | undefined;
  shape: string[] | undefined;
  from: string[] | undefined;
  to: string[] | undefined;
  layers: string | undefined;
}

/** Adds the options that say what a model file does not. */
export function importArguments<T>(yargs: Argv<T>): Argv<T & ImportArguments> {
  const list = (describe: string) => ({ type: 'string', array: true, requiresArg: true, describe }) as const;
  return yargs
    .option('assume', list('ONNX: value of an input that chooses a branch, e.g. sr=16000'))
    .option('shape', list('ONNX: sizes of an input that the file leaves open, e.g. x=1,80,100'))
    .option('from', list('ONNX: tensor at which the network begins; what is before stays on the host'))
    .option('to', list('ONNX: tensor at which the network ends; what is behind stays on the host'))
    .option('layers', {
      type: 'string',
      requiresArg: true,
      describe: 'safetensors: file that names the layers (JSON); default <model>.layers.json, if it is there',
    });
}

/**
 * What the options say.
 *
 * @throws EsegenError where one is not `name=value`, or names an input twice
 */
export function importOptionsOf({ assume, shape, from, to, layers }: ImportArguments): ImportOptions {
  return {
    assume: pairs('--assume', assume, 'sr=16000', parseValue),
    shape: pairs('--shape', shape, 'x=1,80,100', parseSizes),
    from,
    to,
    layers,
  };
}

function pairs<T>(
  option: string,
  texts: readonly string[] | undefined,
  example: string,
  parse: (text: string) => T | null,
): ReadonlyMap<string, T> | undefined {
  if (texts === undefined) return undefined;
  const found = new Map<string, T>();
  for (const text of texts) {
    // Names of inputs may hold any character.
    const at = text.lastIndexOf('=');
    const name = text.slice(0, at);
    const value = at < 1 ? null : parse(text.slice(at + 1));
    if (value === null)
      throw new EsegenError(option, `expected a name and a value such as ${example}, got ${quoteName(text)}`);
    if (found.has(name)) throw new EsegenError(option, `names ${quoteName(name)} twice`, 'Leave one out');
    found.set(name, value);
  }
  return found;
}

function parseValue(text: string): number | null {
  if (text === 'true' || text === 'false') return text === 'true' ? 1 : 0;
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? null : value;
}

function parseSizes(text: string): readonly number[] | null {
  return /^\d{1,9}(,\d{1,9})*$/.test(text) ? text.split(',').map(Number) : null;
}
