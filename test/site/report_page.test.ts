import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { networkReport } from '../../src/report/network_report.ts';
import type { BuiltReport, PageData } from '../../src/report/report_data.ts';
import { pageBundle } from '../../src/site/bundle.ts';
import type { Bundle } from '../../src/site/bundle_page.ts';
import { pageHtml } from '../../src/site/page_html.ts';
import { report } from '../../src/site/report.ts';
import { TestBrowser } from '../lib/browser.ts';
import { tinyNetworkDesign } from '../lib/tiny_network.ts';

/** A name that would be markup, if it were read as such. */
const MARKUP = '</script><img src="https://example.org/x" onerror="document.title=1">';
const CHARTS = [
  '#resources .chart svg',
  '#cycles .chart svg',
  '#memories .chart svg',
  '#timeline svg.timeline',
  '#structure svg.diagram',
];

/** Shapes of every chart, and whether it is as wide as the page at most. */
const PICTURES = `[...document.querySelectorAll('.chart svg, svg.timeline')].map((own) => ({
  drawn: own.querySelectorAll('rect, path').length,
  wide: own.getBoundingClientRect().width <= document.documentElement.clientWidth,
}))`;
const PAPER = 'getComputedStyle(document.body).backgroundColor';

let browser: TestBrowser;
let bundle: Bundle;
let network: BuiltReport;
let layerPage: string;

beforeAll(async () => {
  browser = await TestBrowser.start();
  bundle = await pageBundle();
  const design = tinyNetworkDesign({}, { name: 'tiny', array: { groups: 2, lanes: 4 } });
  network = { ...networkReport(design), provenance: [{ label: 'Model', value: MARKUP }], config: '{}' };
  layerPage = await withDesignDir(
    sampleDesign({ inputs: 9, cells: 12, density: 1 }, { array: { lanes: 4 } }),
    async (dir) => {
      const out = join(dirname(dir), 'page.html');
      await report({ paths: [dir, dir], out });
      return readFileSync(out, 'utf8');
    },
  );
});
afterAll(() => browser.close());

function page(...designs: BuiltReport[]): string {
  const data: PageData = { version: '1.2.3', designs };
  return pageHtml(designs[0]!.title, data, bundle, "'none'");
}

test.each([
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)(
  'pages of both kinds of design draw every chart, %d pixels wide, %s, and ask nothing',
  async (width, colours) => {
    for (const text of [page(network), layerPage]) {
      const { page: shown, faults } = await browser.open(text, { width, colours });
      for (const chart of CHARTS) await shown.waitForSelector(chart);
      const pictures = await shown.evaluate<readonly { readonly drawn: number; readonly wide: boolean }[]>(PICTURES);
      for (const { drawn, wide } of pictures) {
        expect(drawn).toBeGreaterThan(3);
        expect(wide).toBe(true);
      }
      expect(await shown.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const paper = await shown.evaluate(PAPER);
      expect(paper).toBe(colours === 'dark' ? 'rgb(20, 23, 26)' : 'rgb(255, 255, 255)');
      expect(faults).toEqual([]);
      await shown.close();
    }
  },
);

test('names of a model are text wherever they stand', async () => {
  const spans = network.timeline!.spans.map((span) => ({ ...span, what: MARKUP, layer: MARKUP }));
  const named: BuiltReport = {
    ...network,
    title: MARKUP,
    listing: MARKUP,
    timeline: { ...network.timeline!, spans },
    regions: network.regions.map((region) => ({ ...region, name: MARKUP })),
    cycles: { ...network.cycles!, layers: network.cycles!.layers.map((own) => ({ ...own, layer: MARKUP })) },
  };
  const { page: shown, faults } = await browser.open(page(named));
  await shown.waitForSelector('#cycles .chart svg');
  expect(await shown.locator('h1').textContent()).toBe(MARKUP);
  expect(await shown.locator('#program pre').textContent()).toBe(MARKUP);
  expect(await shown.locator('img').count()).toBe(0);
  expect(await shown.title()).toContain(MARKUP);
  expect(faults).toEqual([]);
  await shown.close();
});

test('keys alone choose a design, read the timeline, sort a table and save it', async () => {
  const second = { ...network, title: 'second' };
  const { page: shown, faults } = await browser.open(page(network, second));
  await shown.keyboard.press('Tab');
  expect(await shown.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await shown.locator('select[aria-label="Design"]').focus();
  await shown.keyboard.press('ArrowDown');
  expect(await shown.locator('h1').textContent()).toBe('second');

  await shown.locator('.stage').focus();
  await shown.keyboard.press('ArrowDown');
  await shown.keyboard.press('ArrowRight');
  const said = await shown.locator('.said').textContent();
  const [first] = said!.match(/cycles [\d,]+ to [\d,]*\d/)!;
  expect(said).toMatch(/^MAC /);
  await shown.keyboard.press('ArrowRight');
  const [next] = (await shown.locator('.said').textContent())!.match(/cycles [\d,]+ to [\d,]*\d/)!;
  // One span ends where the next one begins.
  expect(next.split(' ')[1]).toBe(first.split(' ')[3]);

  await shown.locator('#cycles summary').focus();
  await shown.keyboard.press('Enter');
  const heading = shown.locator('#cycles th button', { hasText: 'Cycles' }).first();
  await heading.focus();
  await shown.keyboard.press('Enter');
  const table = shown.locator('#cycles table').first();
  expect(await table.locator('th[aria-sort="ascending"]').textContent()).toBe('Cycles');
  const cells = await table.locator('tbody tr td:nth-child(3)').allTextContents();
  const values = cells.map((cell) => Number(cell.replaceAll(',', '')));
  expect(values).toEqual(values.toSorted((a, b) => a - b));

  const saved = shown.waitForEvent('download');
  await shown.locator('#cycles .tabled button', { hasText: 'Save as CSV' }).first().focus();
  await shown.keyboard.press('Enter');
  const lines = readFileSync(await (await saved).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(lines[0]).toBe('Unit,Does,Cycles,Share');
  expect(lines).toHaveLength(network.cycles!.units.length + 1);
  expect(faults.filter((fault) => !fault.startsWith('request: blob:'))).toEqual([]);
  await shown.close();
});

test('a page is printed on white paper without its controls', async () => {
  const { page: shown } = await browser.open(page(network), { colours: 'dark' });
  await shown.waitForSelector('#cycles .chart svg');
  await shown.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await shown.evaluate(PAPER)).toBe('rgb(255, 255, 255)');
  for (const control of ['nav', '.tools', '.theme'])
    expect(await shown.locator(control).first().isVisible()).toBe(false);
  expect((await shown.pdf()).length).toBeGreaterThan(10_000);
  await shown.close();
});
