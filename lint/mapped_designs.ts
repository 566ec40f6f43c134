import { GraphBuilder } from '../fixtures/graph_builder.ts';
import { randomLstm } from '../fixtures/random_weights.ts';
import { compileNetwork } from '../src/compiler/pipeline.ts';
import { createFrames } from '../src/data/frames.ts';
import { generate } from '../src/design/generate.ts';
import { networkSimulationFiles } from '../src/design/network_files.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { inBlockBank } from '../src/machine/sizes.ts';
import { networkDesign } from '../src/program/network_design.ts';
import type { MappedSource } from '../src/synth/design_modules.ts';
import { Rng } from '../src/util/rng.ts';
import { LINT_DESIGNS, LINT_TOP, type LintDesign, lintDesign } from './lint_designs.ts';
import type { MappedPes } from './mapping.ts';

/** Inputs and cells of the network. */
const CELLS = 8;

/** A design that is mapped, and what its PEs must be. */
export interface MappedDesign {
  readonly title: string;
  readonly source: MappedSource;
  readonly pes: MappedPes;
}

function ofLayer(design: LintDesign): MappedDesign {
  const compilation = lintDesign(design);
  const files = generate(compilation, { layer: compilation.layer, outputLayer: null }, { norm: null, labels: null });
  return { title: design.title, source: { files, top: LINT_TOP, family: 'xcu' }, pes: compilation.design.dimensions };
}

/** A network of one LSTM backward in time: weights and sequences in external memory. */
function network(): MappedDesign {
  const rng = new Rng(1);
  const graph = new GraphBuilder();
  const input = graph.input([CELLS]);
  const lstm = { ...randomLstm(rng, { inputs: CELLS, cells: CELLS, reverse: true }, null), initial: null };
  graph.output(graph.node(lstm, [input]));
  const frames = createFrames(16, CELLS);
  for (let n = 0; n < frames.data.length; n++) frames.data[n] = rng.normal();
  const memory = { sequence: { maxSteps: 24, memory: 'dram' }, weights: 'dram' };
  const config = parseConfig({ name: LINT_TOP, array: { channels: 1, groups: 2, lanes: 4 }, ...memory }, 'lint');
  const { program } = compileNetwork(graph.build(), config, [new Map([[input, frames]])]);
  const design = networkDesign(program, config);
  const { channels, groups, lanes, tileRows, accBits } = design.sizes;
  const bank = { rows: tileRows, block: inBlockBank(tileRows, accBits) };
  return {
    title: 'network, weights and sequences in external memory',
    source: { files: networkSimulationFiles(design), top: LINT_TOP, family: 'xcu' },
    pes: { multipliers: channels * groups * lanes, banks: [bank, bank] },
  };
}

/** Designs of both machines, alike in their name, so that they share modules. */
export const MAPPED_DESIGNS: readonly MappedDesign[] = [
  ...LINT_DESIGNS.filter(({ mapped }) => mapped).map(ofLayer),
  network(),
];
