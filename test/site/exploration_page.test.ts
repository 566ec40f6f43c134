import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExplorationData, ExplorationPoint } from '../../src/report/exploration_data.ts';
import type { PageData } from '../../src/report/report_data.ts';
import { pageBundle } from '../../src/site/bundle.ts';
import { pageHtml } from '../../src/site/page_html.ts';
import { Rng } from '../../src/util/rng.ts';
import { TestBrowser } from '../lib/browser.ts';

const MARKUP = '<img src="https://example.org/x">';
const MODELS = ['dense', 'p10', MARKUP];

/** Designs whose error falls and whose time rises with the density. */
function madeExploration(): ExplorationData {
  const rng = new Rng(5);
  const points = Array.from({ length: 300 }, (_, point): ExplorationPoint => {
    const [lanes, weightBits] = [rng.pick([8, 16, 32, 64]), rng.pick([6, 8, 12])];
    const model = rng.pick(MODELS);
    const density = rng.pick([0.05, 0.1, 0.2, 1]);
    const cycles = Math.round((80_000 * density) / lanes + rng.integer(10, 90));
    return {
      ...{
        point,
        model,
        part: 'xcku060',
        steps: 1,
        fits: lanes < 64,
        command: `esegen build ${model} --out point-${point}`,
      },
      set: { 'array.lanes': lanes, weightBits, block: 0 },
      ...{ cycles, latencyUs: cycles / 200, timeUs: cycles / 2, frameUs: cycles / 200, density, clockMHz: 200 },
      ...{ errorRate: 0.004 / density ** 0.5 + 0.1 / weightBits ** 2 + rng.uniform() / 500, sqnrDb: 6 * weightBits },
      ...{ lut: 300 * lanes, lutram: 10 * lanes, ff: 500 * lanes, bram: lanes, uram: 0, dsp: lanes },
      ...{ storedBits: 1e6 * density, movedBits: 1e5 * density },
    };
  });
  const beats = (a: ExplorationPoint, b: ExplorationPoint) =>
    a.timeUs! <= b.timeUs! && a.errorRate! <= b.errorRate! && (a.timeUs! < b.timeUs! || a.errorRate! < b.errorRate!);
  const front = points.filter((own) => !points.some((other) => beats(other, own))).map(({ point }) => point);
  return {
    ...{ title: 'digits', models: MODELS, axes: ['array.lanes', 'weightBits', 'block'], grid: 320, points, front },
    refused: [{ reason: 'config: elemLanes: expected less', points: 20 }],
    ...{ objectives: ['timeUs', 'errorRate'], constraints: ['a latency of 90 µs at most'] },
    provenance: [{ label: 'Model', value: MARKUP }],
  };
}

let browser: TestBrowser;
let text: string;
const data = madeExploration();

beforeAll(async () => {
  browser = await TestBrowser.start();
  const page: PageData = { version: '1.2.3', designs: [], exploration: data };
  text = pageHtml('digits', page, await pageBundle(), "'none'");
});
afterAll(() => browser.close());

test.each([
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)('an exploration is drawn %d pixels wide, %s, and asks nothing', async (width, colours) => {
  const { page, faults } = await browser.open(text, { width, colours });
  await page.waitForSelector('#accuracy .chart svg');
  expect(await page.locator('#front .scatter circle').count()).toBeGreaterThanOrEqual(data.points.length);
  expect(await page.locator('#front .said').textContent()).toBe(
    `300 of 300 designs, ${data.front.length} of them on the front.`,
  );
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  expect(await page.locator('img').count()).toBe(0);
  const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  expect(paper).toBe(colours === 'dark' ? 'rgb(20, 23, 26)' : 'rgb(255, 255, 255)');
  expect(faults).toEqual([]);
  await page.close();
});

test('colours stand for models, or for the values of an axis that is chosen', async () => {
  const { page, faults } = await browser.open(text);
  await page.waitForSelector('#front .scatter svg');
  const legend = () => page.locator('#front .legend li').allTextContents();
  const colours = () =>
    page.evaluate(
      `new Set([...document.querySelectorAll('#front .scatter circle')].map((dot) => dot.getAttribute('fill'))).size`,
    );
  expect(await legend()).toEqual(MODELS);
  expect(await colours()).toBe(MODELS.length);
  await page.getByLabel('Colour by').selectOption('array.lanes');
  const lanes = [...new Set(data.points.map(({ set }) => set['array.lanes']))];
  expect(await legend()).toEqual(lanes.map((value) => `array.lanes ${value}`));
  expect(await colours()).toBe(lanes.length);
  expect(await page.getByLabel('Colour by').locator('option').allTextContents()).toEqual([
    'model',
    'array.lanes',
    'weightBits',
  ]);
  expect(await page.locator('#front .lead').textContent()).toMatch(
    /^The front of time of an utterance and error rate: /,
  );
  expect(faults).toEqual([]);
  await page.close();
});

test('filters, ranges and a rectangle leave the same designs in plot, table and file', async () => {
  const { page, faults } = await browser.open(text);
  await page.waitForSelector('#front .scatter svg');
  const left = async () => Number((await page.locator('#front .said').textContent())!.split(' ')[0]);

  await page.getByLabel('Front only').press('Space');
  expect(await left()).toBe(data.front.length);
  await page.getByLabel('Front only').press('Space');
  await page.locator('#front summary').press('Enter');
  await page.getByLabel('64', { exact: true }).press('Space');
  const fewer = data.points.filter(({ set }) => set['array.lanes'] !== 64);
  expect(await left()).toBe(fewer.length);
  await page.getByLabel('Cycles, most').fill('1000');
  await page.getByLabel('Cycles, most').press('Enter');
  const quick = fewer.filter(({ cycles }) => cycles! <= 1000);
  expect(await left()).toBe(quick.length);
  const saved = page.waitForEvent('download');
  await page.locator('#front').getByRole('button', { name: 'Save as CSV' }).press('Enter');
  const lines = readFileSync(await (await saved).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(lines).toHaveLength(quick.length + 1);
  expect(lines[0]).toMatch(/^Point,Front,Model,.*Command$/);
  await page.getByRole('button', { name: 'Show all' }).press('Enter');
  expect(await left()).toBe(300);

  // A rectangle over the left half of the plot.
  await page.locator('#front .scatter svg').scrollIntoViewIfNeeded();
  const box = (await page.locator('#front .scatter svg').boundingBox())!;
  await page.mouse.move(box.x + 70, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 50);
  await page.mouse.up();
  const kept = await left();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(300);
  const most = Number(await page.getByLabel('Time of an utterance, µs, most').inputValue());
  const least = Number(await page.getByLabel('Time of an utterance, µs, least').inputValue());
  const [low, high] = [
    await page.getByLabel('Error rate, least').inputValue(),
    await page.getByLabel('Error rate, most').inputValue(),
  ];
  const inside = ({ timeUs, errorRate }: ExplorationPoint) =>
    timeUs! >= least && timeUs! <= most && errorRate! >= Number(low) && errorRate! <= Number(high);
  expect(kept).toBe(data.points.filter(inside).length);
  expect(faults.filter((fault) => !fault.startsWith('request: blob:'))).toEqual([]);
  await page.close();
});

test('the command line of a point is copied, or shown selected', async () => {
  const { page } = await browser.open(text);
  const first = page.locator('#front tbody tr').first();
  const number = Number(await first.locator('td').first().textContent());
  expect(data.front).toContain(number);
  await first.getByRole('button').press('Enter');
  const { command } = data.points[number]!;
  const copied = first.getByText('Copied');
  const shown = first.locator('textarea');
  await copied.or(shown).waitFor();
  if (await shown.isVisible()) expect(await shown.inputValue()).toBe(command);
  else expect(await page.evaluate('navigator.clipboard.readText()').catch(() => command)).toBe(command);
  await page.close();
});
