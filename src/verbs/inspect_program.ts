import { programOfDesign } from '../compiler/lower/program_of_design.ts';
import { pruneGraph } from '../compiler/prune/prune_graph.ts';
import { loadDesign } from '../design/load_design.ts';
import { holdsNetwork, loadNetwork } from '../design/load_network.ts';
import { readConfig } from '../machine/config_file.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import { checkProgram, type ProgramCheck } from '../program/check.ts';
import type { Program } from '../program/program.ts';
import { EsegenError } from '../util/errors.ts';
import { statPath } from '../util/stat_path.ts';
import { readNetworkCalibration } from './run/calibration.ts';
import { refuseForDesign } from './run/design_options.ts';
import { goldenModels } from './run/golden_model.ts';

/** What a program is made of. */
export interface ProgramOptions {
  /** Model file, or design directory. */
  readonly path: string;
  readonly config?: string | undefined;
  readonly calibrate?: string | undefined;
  readonly model?: ImportOptions | undefined;
}

/** A program, and what its check found out. */
export interface InspectedProgram {
  readonly program: Program;
  readonly check: ProgramCheck;
}

/**
 * The program of a model for the machine of a config, or that of a design, checked.
 *
 * @throws EsegenError where the model cannot be compiled, or an option is missing or does not go with a design
 */
export function inspectProgram({ path, config, calibrate, model }: ProgramOptions): InspectedProgram {
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(path, 'does not exist', 'Name a model file or a design directory');
  if (stat.isDirectory()) {
    refuseForDesign(path, { config, calibrate }, model);
    return checked(holdsNetwork(path) ? loadNetwork(path).design.program : programOfDesign(loadDesign(path).design));
  }
  if (config === undefined) {
    const fix = 'Name a config with --config, or a design directory';
    throw new EsegenError(path, 'a program is made for a machine, which a model file does not have', fix);
  }
  const { graph } = importModel(path, model);
  const parsed = readConfig(config);
  const calibration = readNetworkCalibration(path, calibrate, graph);
  return checked(goldenModels(path, pruneGraph(graph, parsed), calibration)(parsed).program);
}

function checked(program: Program): InspectedProgram {
  return { program, check: checkProgram(program) };
}
