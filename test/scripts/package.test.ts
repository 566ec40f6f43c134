import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InstalledPackage, installPackage } from '../../fixtures/installed_package.ts';
import { REPOSITORY } from './sandbox.ts';

const SAMPLE = join(REPOSITORY, 'generated', 'sample');

/** Prints the address of every file that Node loads on stderr. */
const HOOK = `import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(2, url + '\\n');
  return next(url, context);
}
`;

let prefix: string;
let esegen: InstalledPackage;

beforeAll(() => {
  prefix = mkdtempSync(join(tmpdir(), 'esegen package-'));
  esegen = installPackage(prefix);
  writeFileSync(join(prefix, 'hook.mjs'), HOOK);
  writeFileSync(
    join(prefix, 'log_loads.mjs'),
    "import { register } from 'node:module';\nregister('./hook.mjs', import.meta.url);\n",
  );
});

afterAll(() => rmSync(prefix, { recursive: true, force: true }));

const run = (...args: string[]) => execa(esegen.command, args, { cwd: prefix, reject: false });

/** Files that a command loads, those of the package relative to it. */
async function loadedBy(...args: string[]): Promise<string[]> {
  const hooked = ['--import', './log_loads.mjs', esegen.command, ...args];
  const { stderr, exitCode } = await execa(process.execPath, hooked, { cwd: prefix });
  expect(exitCode).toBe(0);
  const files = stderr.split('\n').filter((line) => line.startsWith('file:'));
  return files.map((url) => decodeURIComponent(url).replace(`file://${esegen.folder}/`, '')).toSorted();
}

describe('the installed command', () => {
  test('holds JavaScript, types, templates and documentation, and nothing of the sources', () => {
    expect(readdirSync(esegen.folder).toSorted()).toEqual(
      ['LICENSE', 'README.md', 'bin', 'configs', 'dist', 'docs', 'node_modules', 'package.json'].toSorted(),
    );
    const names = readdirSync(join(esegen.folder, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /\.ts$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
  });

  test('prints version and help', async () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect(await run('--version')).toMatchObject({ exitCode: 0, stdout: version, stderr: '' });
    const fromSources = await execa(process.execPath, [join(REPOSITORY, 'bin', 'esegen.js'), '--help']);
    expect(await run('--help')).toMatchObject({ exitCode: 0, stdout: fromSources.stdout, stderr: '' });
  });

  test('--version loads nothing but the file that prints it', async () => {
    expect(await loadedBy('--version')).toEqual(['bin/esegen.js']);
  });

  test('--help loads no command, and no package but yargs', async () => {
    const loaded = await loadedBy('--help');
    const own = loaded.filter((path) => path.startsWith('dist/'));
    expect(own).toContain('dist/src/cli/commands.js');
    expect(own.filter((path) => !/^dist\/src\/(util\/|cli\/(main|commands?|output)\.js)/.test(path))).toEqual([]);
    expect(loaded.filter((path) => /node_modules\/(zod|handlebars|execa|@bufbuild|@yowasp|tsx)\//.test(path))).toEqual(
      [],
    );
  });

  test('checks a design, builds one again, and runs it', async () => {
    const out = join(prefix, 'out');
    const { config } = JSON.parse(readFileSync(join(SAMPLE, 'design.json'), 'utf8'));
    writeFileSync(join(prefix, 'config.json'), JSON.stringify(config));
    const model = join(SAMPLE, 'host', 'model.safetensors');
    expect(await run('build', model, '--config', 'config.json', '--out', out)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await run('inspect', out)).toMatchObject({ exitCode: 0, stderr: '' });
    const { exitCode, stdout } = await run('simulate', out, '--simulator', 'icarus', '--frames', '2', '--json');
    expect([exitCode, JSON.parse(stdout).mismatches]).toEqual([0, 0]);
  });
});

describe('the library in a project of its own', () => {
  /** A project as `npm init -y` makes it, with esegen among its packages. */
  function project(name: string): string {
    const folder = join(prefix, name);
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(esegen.folder, join(folder, 'node_modules', 'esegen'));
    writeFileSync(join(folder, 'package.json'), `{"name": "${name}", "version": "1.0.0", "main": "index.js"}`);
    return folder;
  }

  test.each([
    ['module.mjs', "import { EsegenError, loadDesign } from 'esegen';"],
    ['common.cjs', "const { EsegenError, loadDesign } = require('esegen');"],
  ])('is loaded by %s', async (file, importing) => {
    const folder = project(file.replace('.', '-'));
    const script = `${importing}
      console.log(loadDesign(${JSON.stringify(SAMPLE)}).design.config.name);
      try { loadDesign('nowhere'); } catch (error) { console.log(error instanceof EsegenError); }`;
    writeFileSync(join(folder, file), script);
    const { stdout, stderr } = await execa(process.execPath, [file], { cwd: folder });
    expect([stdout, stderr.replaceAll(/^.*ExperimentalWarning.*$|^\(Use .*$|\n/gm, '')]).toEqual(['sample\ntrue', '']);
  });

  test.each([
    ['nodenext', ['--module', 'nodenext']],
    ['a bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('has types: %s', async (name, options) => {
    const folder = project(name.replace(' ', '-'));
    writeFileSync(
      join(folder, 'use.ts'),
      `import { type Config, parseConfig, type SimulateResult, simulate } from 'esegen';
      const config: Config = parseConfig({ array: { lanes: 4 } }, 'here');
      const result: Promise<SimulateResult> = simulate('design', { frames: 1, simulator: 'icarus' });
      // @ts-expect-error there is no such simulator
      simulate('design', { simulator: 'vcs' });
      // @ts-expect-error a number
      const lanes: string = config.array.lanes;
      export { lanes, result };\n`,
    );
    const tsc = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [tsc, '--strict', '--noEmit', '--target', 'es2022', '--types', '', ...options, 'use.ts'];
    const { exitCode, stdout } = await execa(process.execPath, args, { cwd: folder, reject: false });
    expect([exitCode, stdout]).toEqual([0, '']);
  });
});
