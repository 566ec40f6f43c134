import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** A Slurm of one node, of this process: its daemons end with it. */
export interface Slurm {
  /** Environment in which its commands find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Processors that the node offers; jobs are small and wait for files. */
const PROCESSORS = 4;
const PATIENCE_MS = 30_000;

/** A port that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/**
 * Starts munged, slurmctld and slurmd with all their files in a folder. They run as root, as slurmd has to.
 *
 * @param folder empty; its path has no blanks, which slurm.conf cannot hold
 * @throws Error of one line: without root, or with what a daemon said last where the node does not come up
 */
export async function startSlurm(folder: string): Promise<Slurm> {
  if (process.getuid?.() !== 0) throw new Error(`Slurm needs root to start a node, this is user ${process.getuid?.()}`);
  for (const name of ['state', 'spool', 'munge']) mkdirSync(join(folder, name), { recursive: true });
  const key = join(folder, 'munge', 'key');
  writeFileSync(key, randomBytes(128));
  chmodSync(key, 0o400);
  const socket = join(folder, 'munge', 'socket');
  const [controller, node] = [await freePort(), await freePort()];
  const host = hostname().split('.')[0]!;
  const config = join(folder, 'slurm.conf');
  writeFileSync(
    config,
    [
      'ClusterName=esegen',
      `SlurmctldHost=${host}(127.0.0.1)`,
      'SlurmUser=root',
      'SlurmdUser=root',
      'AuthType=auth/munge',
      'CredType=cred/munge',
      `AuthInfo=socket=${socket}`,
      `SlurmctldPort=${controller}`,
      `SlurmdPort=${node}`,
      `StateSaveLocation=${join(folder, 'state')}`,
      `SlurmdSpoolDir=${join(folder, 'spool')}`,
      `SlurmctldPidFile=${join(folder, 'slurmctld.pid')}`,
      `SlurmdPidFile=${join(folder, 'slurmd.pid')}`,
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'SwitchType=switch/none',
      'MpiDefault=none',
      'SchedulerType=sched/builtin',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_CPU',
      'AccountingStorageType=accounting_storage/none',
      'JobAcctGatherType=jobacct_gather/none',
      'ReturnToService=2',
      'SlurmdParameters=config_overrides',
      `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${PROCESSORS} State=UNKNOWN`,
      'PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
      '',
    ].join('\n'),
  );
  const said: string[] = [];
  const children: ChildProcess[] = [];
  const env = { SLURM_CONF: config };
  const start = (program: string, args: readonly string[]) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(`${program}: ${text}`));
    child.on('error', (error) => said.push(`${program}: ${error.message}\n`));
    children.push(child);
  };
  const stop = async () => {
    for (const child of children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(killer);
    }
  };
  const files = ['pid', 'log', 'seed'].map((name) => `--${name}-file=${join(folder, 'munge', name)}`);
  start('munged', ['--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`, ...files]);
  await sleep(500);
  start('slurmctld', ['-D', '-c', '-f', config]);
  await sleep(500);
  start('slurmd', ['-D', '-f', config, '-N', host]);
  for (const began = Date.now(); Date.now() - began < PATIENCE_MS; await sleep(300)) {
    const { stdout = '' } = await execa('sinfo', ['-h', '-o', '%t'], { env, reject: false });
    if (stdout.trim() === 'idle') return { env, stop };
  }
  await stop();
  const lines = said.flatMap((text) => text.trim().split('\n'));
  const why = lines.findLast((line) => /error|fatal|ENOENT/i.test(line)) ?? lines.at(-1) ?? 'its daemons said nothing';
  throw new Error(`the node of Slurm did not come up in ${PATIENCE_MS / 1000} s: ${why}`);
}
