import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DESIGN_FILE } from '../design/manifest.ts';
import { layersPath } from '../model/import/safetensors.ts';
import { modelInMemory } from '../page/model_files.ts';
import type { PageData } from '../report/report_data.ts';
import { EsegenError } from '../util/errors.ts';
import type { Progress, Report } from '../util/report.ts';
import { statPath } from '../util/stat_path.ts';
import { VERSION } from '../util/version.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { builtReport } from './built_report.ts';
import { pageBundle } from './bundle.ts';
import { explorationReport } from './exploration_report.ts';
import { pageHtml } from './page_html.ts';

/** What a page is made of, and where it goes. */
export interface ReportOptions extends Report {
  /** Design directories; or the directory of an exploration; or one model, whose page computes its designs; its layer file is that beside it. */
  readonly paths: readonly string[];
  /** HTML file to write. */
  readonly out: string;
}

/** What was written. */
export interface ReportResult {
  readonly out: string;
  readonly bytes: number;
  /** What it is about. */
  readonly title: string;
}

/**
 * Writes a page about designs: one file, which asks nothing of any other place.
 *
 * @throws EsegenError where a directory is no design, a file no model, or one is damaged, or the file cannot be written
 */
export async function report({ paths, out, progress = () => {} }: ReportOptions): Promise<ReportResult> {
  checkFileTarget(
    out,
    paths.flatMap((path) => [path, join(path, DESIGN_FILE)]),
  );
  const data = dataOf(paths, progress);
  progress('drawing');
  const title = titleOf(data);
  const page = pageHtml(`${title} – esegen`, data, await pageBundle(), "'none'");
  writeFiles(new Map([[out, page]]));
  return { out, bytes: Buffer.byteLength(page), title };
}

function dataOf(paths: readonly string[], progress: Progress): PageData {
  const models = paths.filter((path) => statPath(path)?.isFile() === true);
  const [model] = models;
  if (model !== undefined) {
    if (paths.length > 1) {
      throw new EsegenError(model, 'is a model, which has a page of its own', 'Name one model, or design directories');
    }
    return { version: VERSION, designs: [], model: modelData(model) };
  }
  const [directory] = paths.filter((path) => existsSync(join(path, 'space.json')));
  if (directory !== undefined) {
    if (paths.length > 1) {
      throw new EsegenError(directory, 'is an exploration, which has a page of its own', 'Name one, or designs');
    }
    progress(`reading ${directory}`);
    return { version: VERSION, designs: [], exploration: explorationReport(directory) };
  }
  const designs = paths.map((path) => {
    progress(`reading ${path}`);
    return builtReport(path);
  });
  return { version: VERSION, designs };
}

/** A model for a page that computes its designs. */
function modelData(path: string): NonNullable<PageData['model']> {
  const bytes = readFileSync(path);
  const beside = layersPath(path);
  const layers = /\.safetensors$/i.test(path) && existsSync(beside) ? readFileSync(beside) : null;
  // What the page could not read is refused here.
  modelInMemory({
    model: { name: path, bytes },
    layers: layers === null ? null : { name: beside, bytes: layers },
  });
  const embedded = (file: string, own: Buffer) => ({ name: basename(file), base64: own.toString('base64') });
  return { ...embedded(path, bytes), layers: layers === null ? null : embedded(beside, layers) };
}

function titleOf({ designs, exploration, model }: PageData): string {
  if (exploration !== undefined) return exploration.title;
  if (model !== undefined) return model.name;
  return designs.length === 1 ? designs[0]!.title : `${designs.length} designs`;
}
