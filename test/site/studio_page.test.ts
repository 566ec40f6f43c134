import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { StudioServer } from '../../src/site/studio/server.ts';
import { TestBrowser } from '../lib/browser.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('the studio shows a design, builds another one with a button, and speaks to its own server only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'esegen-studio-'));
  cpSync(join(ROOT, 'generated', 'sample'), join(folder, 'sample'), { recursive: true });
  cpSync(join(ROOT, 'examples', 'onnx', 'classes.onnx'), join(folder, 'classes.onnx'));
  cpSync(join(ROOT, 'configs', 'sample.json'), join(folder, 'config.json'));
  const studio = await StudioServer.start(folder);
  const browser = await TestBrowser.start();
  try {
    const own = `http://127.0.0.1:${studio.port}/`;
    for (const [width, colours] of [
      [390, 'light'],
      [1280, 'dark'],
    ] as const) {
      const { page, faults } = await browser.watch({ width, colours }, (url) => url.startsWith(own));
      await page.goto(studio.url);
      await page.waitForSelector('#cycles .chart svg');
      expect(await page.locator('h1').textContent()).toBe('sample');
      // The token does not stay in the address.
      expect(page.url()).toBe(own);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(paper).toBe(colours === 'dark' ? 'rgb(20, 23, 26)' : 'rgb(255, 255, 255)');
      expect(faults).toEqual([]);
      if (width === 390) await page.close();
      else {
        await page.getByLabel('New directory').fill('made');
        await page.getByRole('button', { name: 'Build' }).press('Enter');
        await page.getByText('done, exit code 0').waitFor({ timeout: 60_000 });
        expect(existsSync(join(folder, 'made', 'design.json'))).toBe(true);
        expect(await page.locator('.log').textContent()).toContain('files');
        expect(await page.getByLabel('Design').locator('option').allTextContents()).toEqual(['made', 'sample']);
        expect(faults).toEqual([]);
      }
    }
  } finally {
    await browser.close();
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
