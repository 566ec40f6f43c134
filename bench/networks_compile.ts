// Import and compile of the networks that DDESE was published with, each in a process of its own: time and peak memory.
// Usage: npm run bench:networks-compile
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileNetwork } from '../src/compiler/pipeline.ts';
import { createFrames } from '../src/data/frames.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { importModel } from '../src/model/import/read_model.ts';
import { Rng } from '../src/util/rng.ts';
import { DDESE, NETWORK_FOLDER, type PublishedNetwork, SOGOU } from './lib/published_networks.ts';

/** Frames that fix the formats: as many as of an utterance, and no more than two such utterances. */
const UTTERANCES = 2;

/** Processor time of this process, user and system, in seconds. */
function cpuSeconds(): string {
  const { user, system } = process.cpuUsage();
  return ((user + system) / 1e6).toFixed(1);
}

function measure({ name, inputs, steps }: PublishedNetwork, path: string): void {
  const start = performance.now();
  const { graph } = importModel(path);
  const imported = performance.now();
  const config = parseConfig({ array: { lanes: 128, groups: 8 } }, 'config');
  const rng = new Rng(1);
  const port = graph.inputs[0]!;
  const utterances = Array.from({ length: UTTERANCES }, () => {
    const frames = createFrames(steps, inputs);
    for (let n = 0; n < frames.data.length; n++) frames.data[n] = rng.normal();
    return new Map([[port.tensor, frames]]);
  });
  let stage = performance.now();
  let pass = '';
  const done = (next: string) => {
    const now = performance.now();
    if (pass !== '') console.log(`  ${pass.padEnd(12)} ${((now - stage) / 1000).toFixed(1)} s`);
    stage = now;
    pass = next;
  };
  const { program } = compileNetwork(graph, config, utterances, { progress: done });
  done('');
  const weights = program.segments.reduce(
    (sum, { values }) => sum + values.reduce((n, v) => n + (v === 0 ? 0 : 1), 0),
    0,
  );
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  console.log(
    `${name}: import ${seconds(start, imported)} s, compile ${seconds(imported, performance.now())} s (${cpuSeconds()} s of CPU in all), peak ${(
      process.resourceUsage().maxRSS / 2 ** 20
    ).toFixed(2)} GB; ${program.mode}, ${weights} non-zero weights stored`,
  );
}

const wanted = process.argv[2];
const networks = [SOGOU, DDESE];
if (wanted === undefined) {
  for (const network of networks) {
    const path = network.write(NETWORK_FOLDER, network.density);
    const self = fileURLToPath(import.meta.url);
    execFileSync(process.execPath, ['--import', 'tsx', self, network.name, path], { stdio: 'inherit' });
  }
} else {
  measure(networks.find(({ name }) => name === wanted)!, process.argv[3]!);
}
