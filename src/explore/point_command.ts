import { resolve } from 'node:path';
import type { ImportOptions } from '../model/import/import_options.ts';
import { EsegenError } from '../util/errors.ts';
import type { Exploration } from './directory.ts';
import type { PointRecord } from './record.ts';
import { shellCommand } from './shell.ts';
import { configOfPoint } from './space.ts';

/** How a point is built. */
export interface PointCommand {
  /** Its config file, as a text. */
  readonly config: string;
  /** Commands for a shell, one behind the other; they expect the config as `point-N.json`. */
  readonly commands: readonly string[];
}

/**
 * What builds the design of a point.
 *
 * @throws EsegenError where the point is none of the exploration
 */
export function commandOf(
  { models, space, importWords: said }: Exploration,
  { point, model, set }: Pick<PointRecord, 'point' | 'model' | 'set'>,
): PointCommand {
  const found = models.find(({ name }) => name === model);
  if (found === undefined) throw new EsegenError(`point ${point}`, 'is of a model that the exploration does not have');
  const config = `${JSON.stringify(configOfPoint(space, { set }), null, 2)}\n`;
  const stem = `point-${point}`;
  const block = Number(set.block ?? 0);
  const frames = found.calibrate === null ? [] : ['--calibrate', found.calibrate];
  const build = (source: string, words: readonly string[]) =>
    shellCommand(['esegen', 'build', source, ...words, '--config', `${stem}.json`, ...frames, '--out', stem]);
  if (block === 0) return { config, commands: [build(found.file, said)] };
  const projected = `${stem}.safetensors`;
  const structure = ['--structure', 'circulant', '--block', String(block)];
  const prune = ['esegen', 'prune', found.file, ...said, ...structure, '--out', projected];
  return { config, commands: [shellCommand(prune), build(projected, [])] };
}

/** What is said of a model file as words of a command line. */
export function importWords({ assume, shape, from, to, layers }: ImportOptions): string[] {
  return [
    ...[...(assume ?? [])].flatMap(([name, value]) => ['--assume', `${name}=${value}`]),
    ...[...(shape ?? [])].flatMap(([name, sizes]) => ['--shape', `${name}=${sizes.join(',')}`]),
    ...(from ?? []).flatMap((tensor) => ['--from', tensor]),
    ...(to ?? []).flatMap((tensor) => ['--to', tensor]),
    ...(layers === undefined ? [] : ['--layers', resolve(layers)]),
  ];
}
