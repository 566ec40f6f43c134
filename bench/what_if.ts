/**
 * How long a new setting of the what-if page takes: one control after the other is moved to a seeded place on the page in Chromium, and the same
 * settings are computed in Node.js. Milliseconds: of the page by the clock on the wall, of Node.js processor time.
 *
 *     npm run bench:what-if -- <model ...>
 *
 * A .safetensors whose names do not tell its layers needs its .layers.json beside it; ds2-p15 is measured as .onnx.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { formatTable } from '../src/cli/table.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { layersPath } from '../src/model/import/safetensors.ts';
import { modelInMemory } from '../src/page/model_files.ts';
import { type Stage, WhatIf } from '../src/page/what_if.ts';
import { report } from '../src/site/report.ts';
import { Rng } from '../src/util/rng.ts';
import { startChromium } from './lib/chromium.ts';

const options = await yargs(hideBin(process.argv))
  .usage('$0 <model ...>')
  .demandCommand(1)
  .strictOptions()
  .parseAsync();

const SEED = 7;
const SETTINGS = 24;
/** Sliders that are moved, by their place on the page, and the part of their range: groups, lanes, element-wise lanes, queue, widths. */
const MOVED = [
  { slider: 1, from: 0, to: 0.34 },
  { slider: 2, from: 0.43, to: 0.86 },
  { slider: 3, from: 0.17, to: 0.5 },
  { slider: 4, from: 0, to: 1 },
  { slider: 5, from: 0.2, to: 1 },
  { slider: 6, from: 0.5, to: 1 },
];

/** What a move took: until its figures are computed, by the page itself, and until all is drawn. */
interface Moved {
  readonly config: string;
  readonly computed: number;
  readonly drawn: number;
}

/** Runs in the page: moves a slider, or its neighbour where it is there, and waits. */
const MOVE = `(async ({ slider, place }) => {
  const view = document.querySelector('[aria-busy]');
  const wait = async () => { while (view.getAttribute('aria-busy') === 'true') await new Promise((done) => setTimeout(done, 2)); };
  await wait();
  const input = view.querySelectorAll('.sliders input')[slider];
  const to = Math.round(place * input.max);
  const begin = performance.now();
  input.value = to === Number(input.value) ? (to === 0 ? 1 : to - 1) : to;
  input.dispatchEvent(new Event('input'));
  await wait();
  const said = /computed in (\\d+) ms/.exec(view.querySelector('.said').textContent);
  return { config: view.querySelector('#what-if .listing').textContent, computed: said === null ? NaN : Number(said[1]), drawn: performance.now() - begin };
})`;

async function onPage(path: string): Promise<Moved[]> {
  mkdirSync('build', { recursive: true });
  const out = 'build/what_if.html';
  await report({ paths: [path], out });
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(out).href);
    await page.waitForSelector('#cycles .chart svg');
    const rng = new Rng(SEED);
    const moves: Moved[] = [];
    for (let n = 0; n < SETTINGS; n++) {
      const { slider, from, to } = MOVED[n % MOVED.length]!;
      const place = from + (to - from) * rng.uniform();
      moves.push(await page.evaluate<Moved>(`${MOVE}(${JSON.stringify({ slider, place })})`));
    }
    return moves.filter(({ computed }) => !Number.isNaN(computed));
  } finally {
    await browser.close();
  }
}

/** Milliseconds of processor time. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Processor time of settings, of which the first one is made before it counts, and of their stages. */
function inNode(path: string, configs: readonly string[]): Map<Stage | 'all', number[]> {
  const beside = layersPath(path);
  const named = (file: string) => ({ name: basename(file), bytes: new Uint8Array(readFileSync(file)) });
  const layers = !path.endsWith('.onnx') && existsSync(beside) ? named(beside) : null;
  const whatIf = new WhatIf(basename(path), modelInMemory({ model: named(path), layers }));
  whatIf.report(parseConfig({ ...(JSON.parse(configs[0]!) as object), indexBits: 5 }, 'settings'));
  const times = new Map<Stage | 'all', number[]>();
  const add = (stage: Stage | 'all', time: number) => times.set(stage, [...(times.get(stage) ?? []), time]);
  for (const config of configs) {
    const marks: { readonly stage: Stage; readonly at: number }[] = [];
    const begin = processorTime();
    whatIf.report(parseConfig(JSON.parse(config), 'settings'), (stage) => marks.push({ stage, at: processorTime() }));
    const end = processorTime();
    add('all', end - begin);
    for (const [n, { stage, at }] of marks.entries()) add(stage, (marks[n + 1]?.at ?? end) - at);
  }
  return times;
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!.toFixed(0);
const rows: string[][] = [];
for (const path of options._.map(String)) {
  const moves = await onPage(path);
  const times = inNode(
    path,
    moves.map(({ config }) => config),
  );
  const list = (what: string, of: readonly number[]) =>
    rows.push([basename(path), what, median(of), Math.max(...of).toFixed(0), String(of.length)]);
  list(
    'page, computed',
    moves.map(({ computed }) => computed),
  );
  list(
    'page, all drawn',
    moves.map(({ drawn }) => drawn),
  );
  for (const [stage, of] of times) list(`Node.js, ${stage}`, of);
}
console.log(formatTable([['model', 'milliseconds', 'median', 'largest', 'settings'], ...rows], ['left', 'left']));
