import { defineConfig } from 'vitest/config';

/** Tests that start simulators, Yosys, ABC, compilers or a browser: up to minutes each. */
const TOOLS = [
  'test/{cosim,driver,formal,lint,vivado}/**/*.test.ts',
  'test/hdl/network/**/*.test.ts',
  'test/design/two_designs.test.ts',
  'test/synth/{row_rom,synthesize}.test.ts',
  'test/pnr/place_route.test.ts',
  'test/site/**/*_page.test.ts',
  'test/cycles/estimate.test.ts',
  'test/verbs/{odd_paths,warnings}.test.ts',
];

/** Tests that start `esegen`, npm or scripts as programs of their own, or compute for long: many seconds each. */
const PROGRAMS = [
  'test/{cli,golden,scripts,verbs}/**/*.test.ts',
  'test/compiler/prune/**/*.test.ts',
  'test/model/import/fuzz.test.ts',
  'test/sim-verilator/program_cache.test.ts',
  'test/speech/demo.test.ts',
];

const ALL = ['test/**/*.test.ts'];

/** A project of the suite; `seconds` is what a test or a hook may take on a machine that is busy with others. */
function project(name: string, include: string[], exclude: string[], seconds: number, globalSetup: string[] = []) {
  return { test: { name, include, exclude, globalSetup, testTimeout: 1000 * seconds, hookTimeout: 1000 * seconds } };
}

/** Compiles the command line, for the tests that start it. */
const COMPILE = ['test/lib/compile_once.ts'];

export default defineConfig({
  test: {
    // Simulators are the slow part and the machine has few cores: two test files at a time.
    maxWorkers: 2,
    projects: [
      project('unit', ALL, [...TOOLS, ...PROGRAMS], 60),
      project('programs', PROGRAMS, TOOLS, 180, COMPILE),
      project('tools', TOOLS, [], 600),
    ],
  },
});
