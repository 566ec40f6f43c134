import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sha256 } from '../design/files.ts';
import { HOST_PATHS } from '../design/host_files.ts';
import { HOST_NETWORK } from '../design/host_network.ts';
import { loadDesign } from '../design/load_design.ts';
import { holdsNetwork, loadNetwork } from '../design/load_network.ts';
import { DESIGN_FILE } from '../design/manifest.ts';
import type { Config } from '../machine/config.ts';
import { layerReport } from '../report/layer_report.ts';
import { networkReport } from '../report/network_report.ts';
import type { BuiltReport, DesignReport, Fact } from '../report/report_data.ts';

/**
 * All that a page shows of a design directory, every file of which is checked.
 *
 * @throws EsegenError where it is no design directory, or is damaged
 */
export function builtReport(dir: string): BuiltReport {
  if (holdsNetwork(dir)) {
    const loaded = loadNetwork(dir);
    return withProvenance(
      networkReport(loaded.design),
      { ...loaded, config: loaded.design.config },
      HOST_NETWORK.arrays,
    );
  }
  const loaded = loadDesign(dir);
  const report = layerReport(loaded.design, loaded.report);
  return withProvenance(report, { ...loaded, config: loaded.design.config }, HOST_PATHS.model);
}

function withProvenance(
  report: DesignReport,
  { dir, version, files, config }: { dir: string; version: string; files: ReadonlyMap<string, string>; config: Config },
  model: string,
): BuiltReport {
  const provenance: Fact[] = [
    { label: 'Directory', value: basename(dir) },
    { label: 'Generator', value: `esegen ${version}` },
    { label: 'Part and clock', value: `${config.part} at an assumed ${config.clockMHz} MHz` },
    { label: 'Model, SHA-256', value: files.get(model)!, note: `${model}, as it was pruned` },
    {
      label: 'Design, SHA-256',
      value: sha256(readFileSync(join(dir, DESIGN_FILE))),
      note: `${DESIGN_FILE}, which has those of all ${files.size} files`,
    },
  ];
  return { ...report, provenance, config: JSON.stringify(config, null, 2) };
}
