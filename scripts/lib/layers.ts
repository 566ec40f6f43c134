/** Folders and files of the root, lowest first: each imports from those above it in this list, never from its own line or below. */
export const LAYERS: readonly (readonly string[])[] = [
  ['src/util'],
  ['src/data'],
  ['src/model'],
  ['src/machine', 'src/speech'],
  ['src/program'],
  ['src/golden', 'src/cycles'],
  ['src/compiler', 'src/control'],
  ['src/hdl'],
  ['src/vivado'],
  ['src/design'],
  ['src/report'],
  ['src/page'],
  ['src/synth'],
  ['src/pnr'],
  ['sim-verilator'],
  ['src/verbs'],
  ['src/explore'],
  ['src/site'],
  ['src/cli', 'src/index.ts'],
  ['fixtures'],
  ['examples'],
  ['formal', 'lint', 'bench'],
  ['scripts'],
  ['test', 'vitest.config.ts'],
];

/** Arrows that keep to the layers and are wrong all the same. */
export const FORBIDDEN: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  { from: 'src/compiler', to: 'src/golden', why: 'the golden model judges what the compiler makes' },
];
