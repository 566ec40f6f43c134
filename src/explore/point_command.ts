import { join } from 'node:path';
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
export function commandOf({ models, space, calibrate }: Exploration, { point, model, set }: PointRecord): PointCommand {
  const found = models.find(({ name }) => name === model);
  if (found === undefined) throw new EsegenError(`point ${point}`, 'is of a model that the exploration does not have');
  const config = `${JSON.stringify(configOfPoint(space, { set }), null, 2)}\n`;
  const stem = `point-${point}`;
  const block = Number(set.block ?? 0);
  const source = block === 0 ? found.file : join('.', `${stem}.safetensors`);
  const frames = calibrate === null || calibrate.length > 1 ? [] : ['--calibrate', calibrate[0]!];
  const project =
    block === 0 ? [] : [shellCommand(['esegen', 'prune', found.file, '--block', String(block), '--out', source])];
  const build = ['esegen', 'build', source, '--config', `${stem}.json`, ...frames, '--out', stem];
  return { config, commands: [...project, shellCommand(build)] };
}
