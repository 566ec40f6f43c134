import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { sha256 } from '../design/files.ts';
import { readExploration } from '../explore/directory.ts';
import { commandOf } from '../explore/point_command.ts';
import { isBuilt, type PointRecord } from '../explore/record.ts';
import type { ExplorationData, ExplorationPoint } from '../report/exploration_data.ts';

/**
 * All that a page shows of the directory of an exploration.
 *
 * @throws EsegenError where it is none, has no front yet, or is damaged
 */
export function explorationReport(dir: string): ExplorationData {
  const { exploration, points, front } = readExploration(dir);
  const { models, space, esegen, sha256: data } = exploration;
  const commandsOf = (record: PointRecord) => {
    const { config, commands } = commandOf(exploration, record);
    // The config of a point goes along, as a file that the commands expect.
    return [`cat > point-${record.point}.json <<'END'`, `${config}END`, ...commands].join('\n');
  };
  const reasons = new Map<string, number>();
  const built: ExplorationPoint[] = [];
  for (const record of points) {
    if (!isBuilt(record)) {
      reasons.set(record.reason, (reasons.get(record.reason) ?? 0) + 1);
      continue;
    }
    const { errors: _errors, words: _words, machine: _machine, storedWords: _stored, ...own } = record;
    built.push({ ...own, command: commandsOf(record) });
  }
  const { part, maxLatencyUs, minFrames, maxError, clockMHz } = front.constraints;
  const constraints = [
    ...(part === null ? [] : [`the resources of ${part}`]),
    ...(maxLatencyUs === null ? [] : [`a latency of ${maxLatencyUs} µs at most`]),
    ...(minFrames === null ? [] : [`${minFrames} frames a second at least`]),
    ...(maxError === null ? [] : [`an error rate of ${maxError} at most`]),
    ...(clockMHz === null ? [] : [`a clock of ${clockMHz} MHz at most`]),
  ];
  return {
    title: basename(resolve(dir)),
    models: models.map(({ name }) => name),
    axes: Object.keys(space.axes),
    grid: exploration.points,
    refused: [...reasons].map(([reason, count]) => ({ reason, points: count })).sort((a, b) => b.points - a.points),
    points: built,
    objectives: front.objectives,
    constraints,
    front: front.front,
    provenance: [
      { label: 'Generator', value: `esegen ${esegen}` },
      ...models.map(({ name, sha256: hash }) => ({ label: `Model ${name}, SHA-256`, value: hash })),
      { label: 'Data and labels, SHA-256', value: data },
      { label: 'Space, SHA-256', value: sha256(readFileSync(join(dir, 'space.json'))), note: 'space.json' },
    ],
  };
}
