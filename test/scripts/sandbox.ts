import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository under test. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** A directory that plays the repository, with a PATH of fake programs that log how they were called. */
export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'esegen-sandbox-'));
  readonly bin = join(this.root, 'fake-bin');

  constructor() {
    mkdirSync(this.bin);
    this.write('package.json', '{"type":"module"}');
  }

  /** Adds a fake program: logs its arguments, then runs `body` (shell; a PATH of fakes only). */
  fake(name: string, body = 'exit 0'): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> "${this.root}/log"\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** Shell commands that create another fake program. */
  install(name: string): string {
    return `echo '#!/bin/sh' > ${this.bin}/${name}; /bin/chmod +x ${this.bin}/${name}`;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** Copies a file of the repository to the same place. */
  copy(path: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    copyFileSync(join(REPOSITORY, path), join(this.root, path));
  }

  /** Puts real programs of this machine on the PATH. */
  real(...names: string[]): void {
    const directories = (process.env.PATH ?? '').split(delimiter);
    for (const name of names) {
      const path = directories.map((directory) => join(directory, name)).find((candidate) => existsSync(candidate));
      if (path === undefined) throw new Error(`${name} is not on the PATH`);
      symlinkSync(path, join(this.bin, name));
    }
  }

  /** Runs a program with the fakes as its whole PATH, somewhere else by default. */
  run(
    program: string,
    args: readonly string[],
    cwd = tmpdir(),
  ): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd,
      env: { PATH: this.bin },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  /** How the fakes were called, in order. */
  calls(): string[] {
    const log = join(this.root, 'log');
    return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
