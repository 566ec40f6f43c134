import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that start simulators, Yosys, ABC, compilers or a browser: up to minutes each. */
const TOOLS = [
  'test/{cosim,driver,formal,lint,vivado}/**/*.test.ts',
  'test/hdl/network/**/*.test.ts',
  'test/design/two_designs.test.ts',
  'test/synth/{row_rom,synthesize,ultra_ram}.test.ts',
  'test/pnr/place_route.test.ts',
  'test/site/**/*_page.test.ts',
  'test/cycles/{estimate,network/network_cycles}.test.ts',
  'test/verbs/{odd_paths,warnings}.test.ts',
];

/** Tests that start `esegen`, npm or scripts as programs of their own, or compute for long: many seconds each. */
const PROGRAMS = [
  'test/{cli,golden,scripts,verbs}/**/*.test.ts',
  'test/compiler/prune/**/*.test.ts',
  'test/model/import/fuzz.test.ts',
  'test/model/import/onnx/{hostile,network_fuzz}.test.ts',
  'test/sim-verilator/program_cache.test.ts',
  'test/speech/demo.test.ts',
  'test/explore/{command_line,shards}.test.ts',
];

const ALL = ['test/**/*.test.ts'];

/** Files of minutes, the longest first: what begins last should be short, so that no worker waits for another. */
const LONGEST = [
  'cosim/random_networks',
  'cycles/estimate',
  'cosim/netlist',
  'hdl/network/transform',
  'cosim/random_designs',
  'cli/cli',
  'cosim/memory_faults',
  'site/what_if_page',
  'hdl/network/move',
  'cosim/circulant',
  'explore/shards',
  'cosim/network_control',
  'driver/driver',
  'driver/network_rtl',
  'cosim/sequence_memory',
  'hdl/network/fan_out',
  'driver/state',
  'driver/model_image',
  'lint/rtl_lint',
  'cosim/batches',
  'hdl/network/mac',
  'cli/environment',
  'scripts/package',
  'cli/compress_cli',
].map((name) => `/test/${name}.test.ts`);

/** The longest files, then the others project by project. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const rank = ({ moduleId, project }: TestSpecification) => {
      const at = LONGEST.findIndex((path) => moduleId.endsWith(path));
      return at >= 0 ? at : LONGEST.length + ['tools', 'programs', 'unit'].indexOf(project.name);
    };
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** A project of the suite; `seconds` is what a test or a hook may take on a machine that is busy with others. */
function project(name: string, include: string[], exclude: string[], seconds: number, globalSetup: string[] = []) {
  return { test: { name, include, exclude, globalSetup, testTimeout: 1000 * seconds, hookTimeout: 1000 * seconds } };
}

/** Compiles the command line, for the tests that start it. */
const COMPILE = ['test/lib/compile_once.ts'];

/** Its files share the modules that a worker has loaded: to load them for each file anew took as long as all its tests. */
const UNIT = project('unit', ALL, [...TOOLS, ...PROGRAMS], 60);

export default defineConfig({
  test: {
    // Simulators are the slow part and the machine has few cores: two test files at a time.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...UNIT.test, isolate: false } },
      project('programs', PROGRAMS, TOOLS, 180, COMPILE),
      project('tools', TOOLS, [], 600),
    ],
  },
});
