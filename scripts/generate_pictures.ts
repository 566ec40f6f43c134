// Pictures of the README, from pages about an example: docs/figures/diagram.svg, timeline.svg and front.svg. Run by
// `npm run generate:pictures`; it runs the commands that the README names and takes the drawings out of their pages.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startChromium } from '../bench/lib/chromium.ts';
import { type Drawing, pagePicture } from './lib/page_picture.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const figures = join(root, 'docs', 'figures');
/** Heading above the commands in the README. */
const HEADING = '## Pictures of a design';
/** Width of the window: drawings are about as wide as a README is shown. */
const WINDOW = { width: 948, height: 900 };

const PICTURES: readonly (Drawing & { readonly page: string; readonly file: string })[] = [
  {
    ...{ page: 'build/gru2.html', file: 'diagram.svg', svg: '#structure svg.diagram', legend: null },
    title: 'Block diagram of two GRU layers and a linear one on 32 multipliers',
  },
  {
    ...{ page: 'build/gru2.html', file: 'timeline.svg', svg: '#timeline svg.timeline', legend: '#timeline .legend' },
    title: 'Timeline of a step, by the cycle model',
  },
  {
    ...{ page: 'build/front.html', file: 'front.svg', svg: '#front .scatter svg', legend: '#front .legend' },
    title:
      'Time of an utterance at an assumed 200 MHz over look-up tables of the resource model; colours: bits of a weight',
  },
];

/** Commands of the README, below their heading: `node bin/esegen.js …`, each in a line of its own. */
function commandsOfReadme(): string[][] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const section = text.split(`${HEADING}\n`)[1]?.split('\n## ')[0] ?? '';
  const commands = [...section.matchAll(/^ {4}node (bin\/esegen\.js .*)$/gm)].map((found) => found[1]!.split(' '));
  if (commands.length === 0) throw new Error(`README.md has no commands below "${HEADING}"`);
  return commands;
}

rmSync(join(root, 'build', 'found'), { recursive: true, force: true });
for (const command of commandsOfReadme()) {
  console.log(`node ${command.join(' ')}`);
  execFileSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}
const browser = await startChromium();
try {
  const page = await browser.newPage({ viewport: WINDOW, colorScheme: 'light' });
  mkdirSync(figures, { recursive: true });
  for (const { page: path, file, ...drawing } of PICTURES) {
    await page.goto(pathToFileURL(join(root, path)).href);
    await page.waitForSelector(`${drawing.svg} text`);
    writeFileSync(join(figures, file), await pagePicture(page, drawing));
    console.log(`docs/figures/${file}`);
  }
} finally {
  await browser.close();
}
