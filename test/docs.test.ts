import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sampleDesign } from '../fixtures/sample_design.ts';
import packageJson from '../package.json' with { type: 'json' };
import { memoryPath } from '../src/machine/names.ts';
import { layerIp } from '../src/vivado/ip.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCS = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ...['deepspeech', 'digits', 'finetune', 'networks', 'onnx', 'vad'].map((name) => `examples/${name}/README.md`),
];

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A document without its code blocks, which hold no links and no headings. */
function prose(path: string): string {
  return read(path).replace(/^```.*?^```/gms, '');
}

/** Anchors of the headings of a document, as GitHub makes them. */
function anchors(path: string): Set<string> {
  const headings = [...prose(path).matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function isThere(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false }) !== undefined;
}

/** What the checks have looked at, over all documents: a pattern that finds nothing checks nothing. */
const LEAST = { links: 60, files: 10, scripts: 8, verbs: 15 };
const seen = { links: 0, files: 0, scripts: 0, verbs: 0 };

describe.each(DOCS)('%s', (path) => {
  test('every link leads to a file, and to a heading in it', () => {
    const links = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    seen.links += links.length;
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [file, anchor] = link.split('#') as [string, string?];
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      expect(isThere(target), `${link}: no such file`).toBe(true);
      if (anchor !== undefined) expect([...anchors(target)], link).toContain(anchor);
    }
  });

  test('every file that it names from the root is there', () => {
    const named = [
      ...prose(path).matchAll(/`((?:src|test|configs|examples|bench|scripts|formal|generated)\/[\w./-]+)`/g),
    ];
    seen.files += named.length;
    for (const [, file] of named) expect(isThere(file!), file).toBe(true);
  });

  test('every npm script and every command of esegen that it shows exists', () => {
    const text = read(path);
    const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!);
    seen.scripts += scripts.length;
    for (const script of scripts) expect(Object.keys(packageJson.scripts), script).toContain(script.replace(/\.$/, ''));
    const verbs = [...text.matchAll(/(?:bin\/esegen\.js|^ +esegen|`esegen) ([a-z]+)/gm)].map((match) => match[1]!);
    const commands = readdirSync(join(ROOT, 'src', 'cli')).map((name) => name.replace(/\.ts$/, ''));
    seen.verbs += verbs.length;
    for (const verb of verbs) expect(commands, verb).toContain(verb);
  });
});

test('the documents hold links, files, scripts and commands to check', () => {
  expect(DOCS.length).toBeGreaterThan(10);
  for (const [what, count] of Object.entries(LEAST))
    expect(seen[what as keyof typeof seen], what).toBeGreaterThan(count);
});

test('words that docs/model-format.md shows are those of the sample', () => {
  const text = read('docs/model-format.md');
  const words = (file: string, count: number) =>
    read(`generated/sample/${memoryPath('sample', file)}`)
      .split('\n')
      .slice(0, count);
  for (const word of words('weights_0000.mem', 4)) expect(text).toContain(`| \`${word}\` |`);
  expect(text).toContain(`the first count in \`pointers_0000.mem\` is ${words('pointers_0000.mem', 1)[0]}:`);
  expect(text).toContain(`First word of \`elem_000.mem\`: \`${words('elem_000.mem', 1)[0]}\``);
  expect(text).toContain(`First word of the sample's schedule: \`${words('schedule.mem', 1)[0]}\``);
});

test('docs/vivado.md has every interface of the IP', () => {
  const { design } = sampleDesign({ inputs: 4, cells: 4 }, { array: { channels: 2, lanes: 2 }, weights: 'dram' });
  const { interfaces } = layerIp(design);
  const table = read('docs/vivado.md').split('## IP')[1]!;
  for (const { name } of [...interfaces, { name: 'clk' }, { name: 'rst' }]) {
    expect(table, name).toMatch(new RegExp(`^\\| .*\`${name}\`.* \\|`, 'm'));
  }
});

test('every key of the config has its row in docs/config.md', () => {
  const rows = read('docs/config.md');
  const keys = Object.keys(JSON.parse(read('generated/sample/design.json')).config);
  expect(keys.length).toBeGreaterThan(10);
  for (const key of keys) expect(rows, key).toMatch(new RegExp(`^\\| \`${key}[.\`]`, 'm'));
});
