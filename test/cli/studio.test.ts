import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMPILED_BIN } from '../lib/compiled.ts';

const SAMPLE = fileURLToPath(new URL('../../generated/sample', import.meta.url));

function works(pid: number): boolean {
  const stat = join('/proc', String(pid), 'stat');
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the studio, its job and the simulator of that', async (signal, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'esegen-studio-'));
  try {
    cpSync(SAMPLE, join(folder, 'sample'), { recursive: true });
    const pids = join(folder, 'pids');
    const tool = join(folder, 'verilator');
    writeFileSync(
      tool,
      `#!/bin/sh
      [ "$1" = --version ] && { echo "Verilator 5.006"; exit; }
      trap '' INT TERM HUP
      sleep 1000 &
      echo $$ $! > "${pids}.tmp" && mv "${pids}.tmp" "${pids}"
      while :; do sleep 1000; done\n`,
    );
    chmodSync(tool, 0o755);
    const studio = spawn(process.execPath, [COMPILED_BIN, 'studio', folder], {
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, XDG_CACHE_HOME: join(folder, 'cache') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(studio.stdout.setEncoding('utf8'), 'data')) as [string];
    const { origin, searchParams } = new URL(text.split('\n')[0]!);
    const headers = { Origin: origin, 'X-Esegen-Token': searchParams.get('token')! };
    const started = await fetch(`${origin}/api/simulate`, {
      method: 'POST',
      headers,
      body: '{"design":"sample","frames":2}',
    });
    expect(await started.json()).toMatchObject({ state: 'running', command: 'esegen simulate sample --frames 2' });
    while (!existsSync(pids)) await setTimeout(20);
    const ids = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    expect(ids.map(works)).toEqual([true, true]);
    studio.kill(signal);
    expect(await once(studio, 'exit')).toEqual([code, null]);
    while (ids.some(works)) await setTimeout(20);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
