import { renameSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const TOOLS = ['verilator', 'iverilog', 'g++', 'make', 'tclsh'];

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
  box.copy('scripts/setup.js');
  box.write('package-lock.json', '{}');
});
afterEach(() => box.remove());

/** Makes the npm packages look installed, `seconds` after the lock file was written. */
function installPackages(seconds: number): void {
  box.write('node_modules/vitest/package.json', '{}');
  box.write('node_modules/.package-lock.json', '{}');
  utimesSync(join(box.root, 'package-lock.json'), 1000, 1000);
  utimesSync(join(box.root, 'node_modules/.package-lock.json'), 1000 + seconds, 1000 + seconds);
}

function fakeTools(...tools: string[]): void {
  for (const tool of tools) box.fake(tool);
}

/** Runs the script as a user with this id, on this Node. */
function setup(args: string[] = [], { uid = 0, node = '20.19.0' } = {}) {
  const pretend = `process.getuid = () => ${uid};
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node}' } });`;
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`;
  return box.run(process.execPath, ['--import', preload, join(box.root, 'scripts', 'setup.js'), ...args]);
}

const QUIET = { status: 0, stdout: '', stderr: '' };

describe('Node', () => {
  test.each(['18.20.4', '20.18.3'])('%s is refused before anything else happens', (node) => {
    fakeTools('npm');
    const { status, stdout, stderr } = setup([], { node });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `esegen needs Node.js 20.19 or newer, this is ${node}. ` +
        'Install a current release from https://nodejs.org and try again.\n',
    );
    expect(box.calls()).toEqual([]);
  });

  test.each(['20.19.0', '22.1.0', '26.0.0'])('%s is accepted', (node) => {
    installPackages(1);
    fakeTools(...TOOLS);
    expect(setup([], { node })).toEqual(QUIET);
  });
});

describe('npm packages', () => {
  const npmCi = 'npm ci --include=dev --no-audit --no-fund';

  test('all there: nothing is run and nothing printed', () => {
    installPackages(0);
    fakeTools('npm', 'apt-get', ...TOOLS);
    expect(setup()).toEqual(QUIET);
    expect(box.calls()).toEqual([]);
  });

  test('no node_modules: npm ci', () => {
    fakeTools('npm', ...TOOLS);
    expect(setup()).toEqual({ ...QUIET, stdout: 'installing the npm packages (npm ci)…\n' });
    expect(box.calls()).toEqual([npmCi]);
  });

  describe('behind a link', () => {
    /** Moves the packages to another clone with this lock file, and links them. */
    function link(lock: string): void {
      box.write('other/package-lock.json', lock);
      utimesSync(join(box.root, 'other/package-lock.json'), 900, 900);
      renameSync(join(box.root, 'node_modules'), join(box.root, 'other/node_modules'));
      symlinkSync(join(box.root, 'other/node_modules'), join(box.root, 'node_modules'));
      fakeTools('npm', ...TOOLS);
    }

    test('with an equal lock file that they are newer than: nothing is run', () => {
      installPackages(-1);
      link('{}');
      expect(setup()).toEqual(QUIET);
      expect(box.calls()).toEqual([]);
    });

    test('with another lock file: refused, since npm ci would empty the other clone', () => {
      installPackages(-1);
      link('{"packages":{}}');
      const { status, stderr } = setup();
      expect(status).toBe(1);
      expect(stderr).toBe(
        'node_modules is a link, and the packages there are absent or older than package-lock.json. ' +
          'npm ci would empty the folder it leads to: run npm ci there, or remove the link and try again.\n',
      );
      expect(box.calls()).toEqual([]);
    });
  });

  test('older than the lock file: npm ci', () => {
    installPackages(-1);
    fakeTools('npm', ...TOOLS);
    expect(setup().status).toBe(0);
    expect(box.calls()).toEqual([npmCi]);
  });

  test('without those for development: npm ci', () => {
    box.write('node_modules/.package-lock.json', '{}');
    fakeTools('npm', ...TOOLS);
    expect(setup().status).toBe(0);
    expect(box.calls()).toEqual([npmCi]);
  });

  test('npm fails: its output and what to do', () => {
    box.fake('npm', 'echo no network >&2; exit 7');
    fakeTools(...TOOLS);
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toBe(`no network\n${npmCi} failed (exit code 7). Check the network and run npm ci.\n`);
  });

  test('npm is missing', () => {
    fakeTools(...TOOLS);
    expect(setup()).toEqual({
      status: 1,
      stdout: '',
      stderr: 'npm is missing. Install it beside Node.js and try again.\n',
    });
  });
});

describe('tools', () => {
  beforeEach(() => installPackages(1));

  /** A fake apt-get that installs these tools, and the env that calls it. */
  function fakeApt(...brings: string[]): void {
    box.fake('env', 'shift; exec "$@"');
    box.fake(
      'apt-get',
      `if [ "$1" = install ]; then ${['true', ...brings.map((tool) => box.install(tool))].join('; ')}; fi`,
    );
  }
  const aptCalls = () => box.calls().filter((call) => call.startsWith('apt-get'));

  test('missing ones come through apt-get', () => {
    fakeTools('g++', 'make');
    fakeApt('verilator', 'iverilog', 'tclsh');
    expect(setup()).toEqual({ ...QUIET, stdout: 'installing verilator, iverilog, tclsh through apt-get…\n' });
    expect(aptCalls()).toEqual([
      'apt-get update',
      'apt-get install -y --no-install-recommends verilator zlib1g-dev iverilog tcl',
    ]);
    expect(box.calls()).toContain('env DEBIAN_FRONTEND=noninteractive apt-get update');
    expect(setup()).toEqual(QUIET);
  });

  test.each(['yosys', 'berkeley-abc', 'nextpnr-ice40', 'parallel', 'chromium'])(
    '%s only where it is asked for',
    (tool) => {
      fakeTools(...TOOLS);
      fakeApt(tool);
      expect(setup()).toEqual(QUIET);
      expect(setup(['--with', tool]).stdout).toBe(`installing ${tool} through apt-get…\n`);
      expect(aptCalls().at(-1)).toBe(`apt-get install -y --no-install-recommends ${tool}`);
      expect(setup(['--with', tool])).toEqual(QUIET);
    },
  );

  test('Slurm comes with the daemon that it is safe by', () => {
    fakeTools(...TOOLS);
    fakeApt('slurmctld');
    expect(setup(['--with', 'slurmctld']).status).toBe(0);
    expect(aptCalls().at(-1)).toBe('apt-get install -y --no-install-recommends slurm-wlm munge');
  });

  test('a user goes through sudo', () => {
    fakeTools('g++', 'make', 'tclsh', 'iverilog');
    fakeApt('verilator');
    box.fake('sudo', 'exec "$@"');
    expect(setup([], { uid: 1000 }).status).toBe(0);
    expect(box.calls()[0]).toBe('sudo env DEBIAN_FRONTEND=noninteractive apt-get update');
  });

  test('a user without sudo is told what to ask for', () => {
    fakeTools('g++', 'make', 'tclsh', 'iverilog');
    fakeApt('verilator');
    expect(setup([], { uid: 1000 })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'missing: verilator. Ask an administrator to run apt-get install verilator zlib1g-dev.\n',
    });
    expect(box.calls()).toEqual([]);
  });

  test('without apt-get, the user is told what is missing', () => {
    fakeTools('g++', 'make', 'tclsh');
    const { status, stdout, stderr } = setup();
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^missing: verilator, iverilog\. Install them with.*\n$/);
  });

  test('apt-get fails', () => {
    fakeTools('g++', 'make', 'tclsh', 'iverilog', 'env');
    box.fake('env', 'shift; exec "$@"');
    box.fake('apt-get', 'echo E: no such host >&2; exit 100');
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toBe(
      'E: no such host\nenv DEBIAN_FRONTEND=noninteractive apt-get update failed (exit code 100). ' +
        'Mend the cause above, or install verilator by hand.\n',
    );
  });

  test('apt-get succeeds and brings nothing', () => {
    fakeTools('g++', 'make', 'tclsh', 'iverilog');
    fakeApt();
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toBe('apt-get brought no verilator onto the PATH. Install it by hand.\n');
  });

  test('a directory with the name of a tool is not the tool', () => {
    fakeTools('g++', 'make', 'tclsh', 'iverilog');
    box.write('fake-bin/verilator/readme', '');
    expect(setup().stderr).toContain('missing: verilator.');
  });
});

test.each([[['--with']], [['--with', 'vivado']], [['--without', 'yosys']]])('%j is refused', (args) => {
  const { status, stderr } = setup(args);
  expect(status).toBe(1);
  expect(stderr).toBe(
    `setup: expected nothing or --with yosys, berkeley-abc, nextpnr-ice40, slurmctld, parallel, chromium, got ${args.join(' ')}\n`,
  );
});
