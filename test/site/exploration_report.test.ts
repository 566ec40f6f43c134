import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explorationReport } from '../../src/site/exploration_report.ts';

const POINT = {
  ...{ point: 3, model: 'gru', set: { 'array.lanes': 32 }, clockMHz: 200, part: 'xcku060', machine: 'network' },
  ...{
    cycles: 614,
    steps: 1,
    latencyUs: 3.07,
    timeUs: 178.2,
    frameUs: 3.07,
    sqnrDb: 41.2,
    errors: 1,
    words: 100,
    errorRate: 0.01,
  },
  ...{ lut: 1, lutram: 0, ff: 2, bram: 3.5, uram: 0, dsp: 4, fits: true },
  ...{ storedWords: 5, storedBits: 80, movedBits: 80, density: 0.15 },
};
const REFUSED = {
  point: 4,
  model: 'gru',
  set: { 'array.lanes': 3 },
  clockMHz: 200,
  part: 'xcku060',
  reason: 'config: array',
};
const SPACE = {
  ...{
    format: 'esegen exploration',
    version: 2,
    esegen: '1.2.3',
    models: [{ name: 'gru', file: '/m/gru; rm.onnx', sha256: 'ab', calibrate: '/c.npy' }],
  },
  ...{ data: ['/d'], labels: null, importWords: ['--to', 'y z'], sample: null, sha256: 'cd', points: 5 },
  space: { config: { weightBits: 8 }, axes: { 'array.lanes': [3, 32] }, objectives: ['timeUs', 'error', 'lut'] },
};
const FRONT = {
  objectives: ['timeUs', 'errorRate', 'lut'],
  constraints: { part: null, maxLatencyUs: 90, minFrames: null, maxError: null, clockMHz: null },
  front: [3],
};

test('a directory of an exploration becomes its points, their commands, and why others cannot be built', () => {
  const dir = mkdtempSync(join(tmpdir(), 'esegen-explored-'));
  try {
    writeFileSync(join(dir, 'space.json'), JSON.stringify(SPACE));
    writeFileSync(join(dir, 'points.jsonl'), `${JSON.stringify(POINT)}\n${JSON.stringify(REFUSED)}\n`);
    writeFileSync(join(dir, 'front.json'), JSON.stringify(FRONT));
    const { points, refused, front, axes, constraints, objectives, grid } = explorationReport(dir);
    expect({ front, axes, grid, refused, objectives, constraints }).toEqual({
      ...{ front: [3], axes: ['array.lanes'], grid: 5, objectives: FRONT.objectives },
      refused: [{ reason: 'config: array', points: 1 }],
      constraints: ['a latency of 90 µs at most'],
    });
    expect(points).toHaveLength(1);
    expect(points[0]).toMatchObject({ point: 3, cycles: 614, errorRate: 0.01, bram: 3.5 });
    const lines = points[0]!.command.split('\n');
    expect(lines[0]).toBe("cat > point-3.json <<'END'");
    const end = lines.indexOf('END');
    expect(JSON.parse(lines.slice(1, end).join('\n'))).toMatchObject({ weightBits: 8, array: { lanes: 32 } });
    expect(lines.slice(end + 1)).toEqual([
      "esegen build '/m/gru; rm.onnx' --to 'y z' --config point-3.json --calibrate /c.npy --out point-3",
    ]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
