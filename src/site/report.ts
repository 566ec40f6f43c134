import { join } from 'node:path';
import { DESIGN_FILE } from '../design/manifest.ts';
import type { PageData } from '../report/report_data.ts';
import type { Report } from '../util/report.ts';
import { VERSION } from '../util/version.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { builtReport } from './built_report.ts';
import { pageBundle } from './bundle.ts';
import { pageHtml } from './page_html.ts';

/** What a page is made of, and where it goes. */
export interface ReportOptions extends Report {
  /** Design directories. */
  readonly paths: readonly string[];
  /** HTML file to write. */
  readonly out: string;
}

/** What was written. */
export interface ReportResult {
  readonly out: string;
  readonly bytes: number;
  readonly designs: number;
}

/**
 * Writes a page about designs: one file, which asks nothing of any other place.
 *
 * @throws EsegenError where a directory is no design or is damaged, or the file cannot be written
 */
export async function report({ paths, out, progress = () => {} }: ReportOptions): Promise<ReportResult> {
  checkFileTarget(
    out,
    paths.map((path) => join(path, DESIGN_FILE)),
  );
  const designs = paths.map((path) => {
    progress(`reading ${path}`);
    return builtReport(path);
  });
  progress('drawing');
  const data: PageData = { version: VERSION, designs };
  const title = designs.length === 1 ? designs[0]!.title : `${designs.length} designs`;
  const page = pageHtml(`${title} – esegen`, data, await pageBundle(), "'none'");
  writeFiles(new Map([[out, page]]));
  return { out, bytes: Buffer.byteLength(page), designs: designs.length };
}
