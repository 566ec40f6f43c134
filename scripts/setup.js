// Makes a fresh clone ready to build, simulate and test: npm packages, simulators, a C++ compiler and Tcl.
// Runs before node_modules exists, so it imports nothing but Node itself. Silent where nothing is to be done.
//
//   node scripts/setup.js [--with yosys] [--with berkeley-abc] [--with nextpnr-ice40] [--with slurmctld] [--with parallel] [--with chromium]

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 19];

/** Debian packages by the tool they bring; Verilator's FST waveforms need zlib's headers besides. */
const PACKAGES = {
  verilator: ['verilator', 'zlib1g-dev'],
  iverilog: ['iverilog'],
  'g++': ['g++'],
  make: ['make'],
  tclsh: ['tcl'],
  yosys: ['yosys'],
  'berkeley-abc': ['berkeley-abc'],
  'nextpnr-ice40': ['nextpnr-ice40'],
  slurmctld: ['slurm-wlm', 'munge'],
  parallel: ['parallel'],
  chromium: ['chromium'],
};
const NEEDED = ['verilator', 'iverilog', 'g++', 'make', 'tclsh'];
const OPTIONAL = ['yosys', 'berkeley-abc', 'nextpnr-ice40', 'slurmctld', 'parallel', 'chromium'];

/** A fault that the user can mend; its message is all that is printed. */
class SetupError extends Error {}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new SetupError(
    `esegen needs Node.js ${OLDEST_NODE.join('.')} or newer, this is ${process.versions.node}. ` +
      'Install a current release from https://nodejs.org and try again.',
  );
}

/** Tools to look for: the needed ones and those named by `--with`. */
function wantedTools(args) {
  const wanted = [...NEEDED];
  for (let at = 0; at < args.length; at += 2) {
    const tool = args[at + 1];
    if (args[at] !== '--with' || !OPTIONAL.includes(tool)) {
      throw new SetupError(`setup: expected nothing or --with ${OPTIONAL.join(', ')}, got ${args.slice(at).join(' ')}`);
    }
    wanted.push(tool);
  }
  return wanted;
}

/** Whether node_modules is a link, as in a second work tree that shares the packages of the first. */
function packagesAreLinked() {
  return lstatSync(join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** The lock file that the packages are judged by: where they are those of another clone with an equal one, that one. */
function lockFile() {
  const own = join(ROOT, 'package-lock.json');
  if (!packagesAreLinked() || !existsSync(join(ROOT, 'node_modules'))) return own;
  const other = join(dirname(realpathSync(join(ROOT, 'node_modules'))), 'package-lock.json');
  return existsSync(other) && readFileSync(other).equals(readFileSync(own)) ? other : own;
}

/** Whether the installed packages are absent, older than the lock file, or without those for development. */
function packagesAreStale() {
  const lock = lockFile();
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || !existsSync(join(ROOT, 'node_modules', 'vitest', 'package.json'))) return true;
  return statSync(installed).mtimeMs < statSync(lock).mtimeMs;
}

function installPackages() {
  if (packagesAreLinked()) {
    throw new SetupError(
      'node_modules is a link, and the packages there are absent or older than package-lock.json. ' +
        'npm ci would empty the folder it leads to: run npm ci there, or remove the link and try again.',
    );
  }
  if (!isOnPath('npm')) throw new SetupError('npm is missing. Install it beside Node.js and try again.');
  console.log('installing the npm packages (npm ci)…');
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], 'Check the network and run npm ci');
}

function isOnPath(tool) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .some((directory) => isExecutable(join(directory, tool)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function installTools(missing) {
  const packages = missing.flatMap((tool) => PACKAGES[tool]);
  const asRoot = rootPrefix();
  if (!isOnPath('apt-get') || asRoot === null) {
    const how = asRoot === null ? `Ask an administrator to run apt-get install ${packages.join(' ')}.` : howToGet();
    throw new SetupError(`missing: ${missing.join(', ')}. ${how}`);
  }
  console.log(`installing ${missing.join(', ')} through apt-get…`);
  const aptGet = (args) => [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [command, ...rest] = aptGet(args);
    run(command, rest, `Mend the cause above, or install ${missing.join(', ')} by hand`);
  }
  const still = missing.filter((tool) => !isOnPath(tool));
  if (still.length > 0) {
    throw new SetupError(`apt-get brought no ${still.join(', ')} onto the PATH. Install it by hand.`);
  }
}

/** What to put in front of a command that needs root: nothing for root itself, null where there is no way. */
function rootPrefix() {
  if (!isOnPath('apt-get') || process.getuid?.() === 0) return [];
  return isOnPath('sudo') ? ['sudo'] : null;
}

function howToGet() {
  if (process.platform === 'darwin')
    return 'Install them with: xcode-select --install; brew install verilator icarus-verilog tcl-tk yosys';
  return "Install them with your system's package manager: Verilator 5, Icarus Verilog 11, a C++ compiler, GNU make and Tcl.";
}

/** Runs a command silently; its output is shown where it fails. */
function run(command, args, advice) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  const how = error === undefined ? `exit code ${status}` : error.message;
  throw new SetupError(`${command} ${args.join(' ')} failed (${how}). ${advice}.`);
}

try {
  checkNode();
  const wanted = wantedTools(process.argv.slice(2));
  if (packagesAreStale()) installPackages();
  const missing = wanted.filter((tool) => !isOnPath(tool));
  if (missing.length > 0) installTools(missing);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
