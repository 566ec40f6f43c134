import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { NETWORK_POINTS, pointConfig } from '../../bench/lib/network_points.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { pruneGraph } from '../../src/compiler/prune/prune_graph.ts';
import { readConfig } from '../../src/machine/config_file.ts';
import { checkDevice } from '../../src/machine/device.ts';
import { familyToMap, findPart } from '../../src/machine/parts.ts';
import type { Resources } from '../../src/machine/resources/counts.ts';
import { estimateResources } from '../../src/machine/resources/estimate.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { sizesOf } from '../../src/program/network/sizes.ts';
import { readNetworkCalibration } from '../../src/verbs/run/calibration.ts';

const folder = mkdtempSync(join(tmpdir(), 'esegen-points-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Models of a size at which all of a build but the files takes seconds. */
const SMALL = ['ds2-p15', 'gru2-p15', 'lstmp3', 'silero-vad'];

/** As `esegen synth` mapped 77ebf37 for its part, of the 7 series (docs/resources.md). */
const MAPPED: Readonly<Record<string, Pick<Resources, 'lut' | 'ff' | 'bram' | 'dsp'>>> = {
  'gru2-p15': { lut: 30_399, ff: 28_127, bram: 84, dsp: 40 },
};

describe('configs of networks', () => {
  test.each(NETWORK_POINTS.map((point) => [point.name, point] as const))('%s: valid, on a listed part', (_, point) => {
    const config = readConfig(pointConfig(point));
    const { channels, groups, lanes } = config.array;
    const part = findPart(config.part);
    expect(part).not.toBeNull();
    expect(channels * groups * lanes).toBeLessThanOrEqual(part!.resources.dsp);
  });

  test.each(NETWORK_POINTS.filter(({ name }) => SMALL.includes(name)).map((point) => [point.name, point] as const))(
    '%s: the part takes the network',
    (_, point) => {
      const config = readConfig(pointConfig(point));
      const path = point.model(folder);
      const graph = pruneGraph(importModel(path, point.importOptions).graph, config);
      const { program } = compileNetwork(graph, config, readNetworkCalibration(path, undefined, graph).utterances);
      const sizes = sizesOf(program, config);
      const { total } = estimateResources({ kind: 'network', sizes }, familyToMap(config.part));
      checkDevice(config, { ...sizes, dram: sizes.external !== null }, total.dsp);
      const { lut, ff, bram, dsp } = total;
      const mapped = MAPPED[point.name];
      if (mapped !== undefined) {
        expect({ bram, dsp }).toEqual({ bram: mapped.bram, dsp: mapped.dsp });
        expect(Math.abs(lut / mapped.lut - 1)).toBeLessThan(0.05);
        expect(Math.abs(ff / mapped.ff - 1)).toBeLessThan(0.05);
      }
      expect(sizes.groups * sizes.lanes).toBe(config.array.groups * config.array.lanes);
    },
  );
});
