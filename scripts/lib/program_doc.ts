import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { randomLstm, randomMatrix, randomVector } from '../../fixtures/random_weights.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { createFrames } from '../../src/data/frames.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { fieldTables } from '../../src/program/fields_text.ts';
import { programListing } from '../../src/program/listing.ts';
import { Rng } from '../../src/util/rng.ts';

/** The worked example of docs/program.md: two LSTM layers of 32 cells over frames of 20 values, and an output layer of 10. */
function exampleListing(): string {
  const rng = new Rng(1);
  const builder = new GraphBuilder();
  const x = builder.input([20]);
  const first = builder.node(randomLstm(rng, { inputs: 20, cells: 32, reverse: false }, null), [x]);
  const second = builder.node(randomLstm(rng, { inputs: 32, cells: 32, reverse: false }, null), [first]);
  const weight = randomMatrix(rng, 10, 32);
  builder.output(
    builder.node({ kind: 'linear', weight, bias: randomVector(rng, 10, 0.3), activation: null }, [second]),
  );
  const frames = createFrames(64, 20);
  for (let n = 0; n < frames.data.length; n++) frames.data[n] = rng.normal();
  const config = parseConfig({ array: { groups: 2, lanes: 8 } }, 'example');
  const { program } = compileNetwork(builder.build(), config, [new Map([[x, frames]])]);
  return `\`\`\`\n${programListing(program).trimEnd()}\n\`\`\`\n`;
}

/** docs/program.md with its generated parts as they are now. */
export function programDoc(text: string): string {
  const replace = (document: string, name: string, part: string) =>
    document.replace(
      new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end of ${name} -->)`),
      (_all, begin: string, end: string) => `${begin}\n${part}\n${end}`,
    );
  return replace(replace(text, 'listing', exampleListing()), 'fields', fieldTables());
}
