import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile } from '../../src/compiler/compile.ts';
import { oneLayerConfig } from '../../src/compiler/one_layer_config.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { pruneGraph } from '../../src/compiler/prune/prune_graph.ts';
import { estimateCycles } from '../../src/cycles/estimate.ts';
import { estimateNetworkCycles } from '../../src/cycles/network/estimate.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { estimateForPart } from '../../src/machine/resources/part_estimate.ts';
import { hardwareModel } from '../../src/model/import/hardware_model.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { type FloatTensor, writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { layerHardware, networkHardware } from '../../src/program/hardware_of.ts';
import { networkDesign } from '../../src/program/network_design.ts';
import { pageBundle } from '../../src/site/bundle.ts';
import { pageHtml } from '../../src/site/page_html.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { Rng } from '../../src/util/rng.ts';
import { isLayerDesign } from '../../src/verbs/layer_design.ts';
import { readNetworkCalibration } from '../../src/verbs/run/calibration.ts';
import { TestBrowser } from '../lib/browser.ts';

const FOLDER = fileURLToPath(new URL('../../examples/onnx/', import.meta.url));
const SEED = 31;
const SETTINGS = 25;

let browser: TestBrowser;
beforeAll(async () => {
  browser = await TestBrowser.start();
});
afterAll(() => browser.close());

/** What the command line says of a design: cycles as `inspect` prints them, and look-up tables as `build` does. */
function commandLine(path: string, settings: unknown): { readonly cycles: number; readonly lut: number } | string {
  try {
    const config = parseConfig(settings, 'settings');
    const { graph } = importModel(path);
    if (isLayerDesign(graph, config)) {
      const { layer } = hardwareModel(path, graph);
      const { design } = compile(layer, oneLayerConfig(graph, config), randomCalibration(layer.inputs));
      const { total } = estimateForPart(layerHardware(design), config.part);
      return { cycles: estimateCycles(design).cyclesPerFrame, lut: total.lut };
    }
    const { utterances } = readNetworkCalibration(path, undefined, graph);
    const design = networkDesign(compileNetwork(pruneGraph(graph, config), config, utterances).program, config);
    const { total } = estimateForPart(networkHardware(design), config.part);
    return { cycles: estimateNetworkCycles(design)!.cycles, lut: total.lut };
  } catch (error) {
    if (error instanceof EsegenError) return error.what;
    throw error;
  }
}

/** Moves all controls to seeded places, and waits for the design. */
const MOVE = (places: readonly number[]) => `(async () => {
  const view = document.querySelector('[aria-busy]');
  const controls = [...view.querySelectorAll('.sliders input, .sliders select')];
  const places = ${JSON.stringify(places)};
  for (const [at, control] of controls.entries()) {
    const slider = control.tagName === 'INPUT';
    const most = slider ? Number(control.max) : control.options.length - 1;
    if (slider) control.value = Math.round(places[at] * most);
    else control.selectedIndex = Math.round(places[at] * most);
    control.dispatchEvent(new Event(slider ? 'input' : 'change'));
  }
  while (view.getAttribute('aria-busy') === 'true') await new Promise((done) => setTimeout(done, 5));
  const cell = (name) => [...document.querySelectorAll('#resources tbody tr')].find((row) => row.cells[0].textContent === name)?.cells[1].textContent;
  return {
    config: view.querySelector('#what-if .listing').textContent,
    fault: view.querySelector('.fault')?.textContent ?? null,
    cycles: document.querySelector('.facts dd')?.textContent ?? '',
    lut: cell('LUT') ?? '',
  };
})()`;

interface Shown {
  readonly config: string;
  readonly fault: string | null;
  readonly cycles: string;
  readonly lut: string;
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

test.each(['classes.onnx', 'both-directions.onnx'])(
  '%s: the figures of the page are those of the command line, whatever the controls',
  async (name) => {
    const base64 = readFileSync(`${FOLDER}${name}`).toString('base64');
    const data = { version: '1.2.3', designs: [], model: { name, base64, layers: null } };
    const { page, faults } = await browser.open(pageHtml(name, data, await pageBundle(), "'none'"));
    await page.waitForSelector('#cycles .chart svg');
    const rng = new Rng(SEED);
    let built = 0;
    for (let n = 0; n < SETTINGS; n++) {
      const places = Array.from({ length: 12 }, () => rng.uniform());
      // Small arrays, no more element-wise lanes than lanes, one voice by utterance, and no memory that does not go with the rest.
      places[0] = name === 'classes.onnx' ? 0.4 * places[0]! : 0;
      places[1]! *= 0.4;
      places[2] = Math.min(places[2]!, 0.6);
      places[3] = places[2] * places[3]!;
      places[9] = places[10]! < 0.5 && places[9]! < 0.3 ? 1 : 0;
      const shown = await page.evaluate<Shown>(MOVE(places));
      const where = `seed ${SEED}, setting ${n}: ${shown.config}`;
      const expected = commandLine(`${FOLDER}${name}`, JSON.parse(shown.config));
      if (typeof expected === 'string') expect(shown.fault, where).toContain(expected);
      else {
        built++;
        expect(shown.fault, where).toBe(null);
        expect(Math.abs(numberOf(shown.cycles) - expected.cycles), where).toBeLessThanOrEqual(0.5);
        expect(Math.abs(numberOf(shown.lut) - expected.lut), where).toBeLessThanOrEqual(0.5);
      }
    }
    expect(built).toBe(SETTINGS);
    expect(faults.filter((fault) => !fault.startsWith('request: blob:'))).toEqual([]);
    await page.close();
  },
);

test('a model that is chosen takes the place of the first one, and does not leave the page; a damaged one is one clear error', async () => {
  const read = (name: string) => readFileSync(`${FOLDER}${name}`);
  const model = { name: 'classes.onnx', base64: read('classes.onnx').toString('base64'), layers: null };
  const text = pageHtml('m', { version: '1.2.3', designs: [], model }, await pageBundle(), "'none'");
  const { page, faults } = await browser.open(text, { width: 390 });
  await page.waitForSelector('#cycles .chart svg');
  await page.getByLabel('Model file').setInputFiles(`${FOLDER}classes.safetensors`);
  await page.getByText('classes.safetensors: computed in').waitFor();
  const damaged = {
    name: 'damaged.onnx',
    mimeType: 'application/octet-stream',
    buffer: read('classes.onnx').subarray(0, 99),
  };
  await page.getByLabel('Model file').setInputFiles(damaged);
  await page.locator('.fault').waitFor();
  expect(await page.locator('.fault').textContent()).toMatch(/^damaged\.onnx: /);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  expect(faults.filter((fault) => !fault.startsWith('request: blob:'))).toEqual([]);
  await page.close();
});

/** Drops files on the page as a hand does. */
async function drop(
  page: Page,
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  const given = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  const transfer = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    for (const { name, base64 } of ${JSON.stringify(given)}) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    return data;
  })()`);
  await page.dispatchEvent('.drop', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: transfer });
}

test('models are dropped with their layer file; what is no such pair is one clear error, and the design before is marked as old', async () => {
  const rng = new Rng(SEED);
  const tensor = (...shape: number[]): FloatTensor => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.2 * rng.normal()),
  });
  const state = new Map([
    ['low.weight', tensor(12, 6)],
    ['low.bias', tensor(12)],
    ['high.weight', tensor(4, 12)],
    ['high.bias', tensor(4)],
  ]);
  const model = { name: 'two.safetensors', bytes: writeSafetensors(state) };
  const kinds = { layers: ['low', 'high'].map((name) => ({ kind: 'linear', name })) };
  const layers = { name: 'two.layers.json', bytes: Buffer.from(JSON.stringify(kinds)) };
  const first = {
    name: 'classes.onnx',
    base64: readFileSync(`${FOLDER}classes.onnx`).toString('base64'),
    layers: null,
  };
  const text = pageHtml('m', { version: '1.2.3', designs: [], model: first }, await pageBundle(), "'none'");
  const { page, faults } = await browser.open(text);
  await page.waitForSelector('#cycles .chart svg');
  await page.locator('[aria-busy="false"]').waitFor();

  const fault = async () => {
    await page.locator('.fault').waitFor();
    return page.locator('.fault').textContent();
  };
  await drop(page, [model]);
  expect(await fault()).toMatch(/^two\.safetensors: .*two\.layers\.json/);
  expect(await page.locator('#timeline.old').count()).toBe(1);
  await drop(page, [model, layers]);
  await page.getByText('two.safetensors: computed in').waitFor();
  await page.locator('[aria-busy="false"]').waitFor();
  expect(await page.locator('.old').count()).toBe(0);
  await drop(page, [model, { name: 'two.layers.json', bytes: Buffer.from('{"layers":') }]);
  expect(await fault()).toMatch(/^two\.layers\.json: is no JSON/);
  await drop(page, [{ name: 'notes.txt', bytes: Buffer.from('no model') }]);
  expect(await fault()).toContain('expected one model (.onnx, .safetensors)');
  await drop(page, [model, { name: 'other.onnx', bytes: new Uint8Array(3) }]);
  expect(await fault()).toContain('"two.safetensors"');
  expect(faults.filter((own) => !own.startsWith('request: blob:'))).toEqual([]);
  await page.close();
});
