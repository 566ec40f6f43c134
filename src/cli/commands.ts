import { type Command, command } from './command.ts';

/** All commands, in the order of `esegen --help`. */
export const COMMANDS: readonly Command[] = [
  command(
    'build <model>',
    'Turn a trained model into a design directory: RTL, memory images, bench, Vivado project',
    async () => (await import('./build.ts')).buildCommand,
  ),
  command(
    'image <model>',
    'Make an image of another model, to load into the hardware of a design without a new bitstream',
    async () => (await import('./image.ts')).imageCommand,
  ),
  command(
    'prune <model>',
    'Prune a model with balance over the PEs, or make it block-circulant; write it for fine-tuning',
    async () => (await import('./prune.ts')).pruneCommand,
  ),
  command(
    'quantize <model>',
    'Report what the number formats of a model lose, and compare widths',
    async () => (await import('./quantize.ts')).quantizeCommand,
  ),
  command(
    'run <path>',
    'Run a model or a design on frames, in double precision or in integers',
    async () => (await import('./run.ts')).runCommand,
  ),
  command(
    'simulate <dir>',
    'Run the RTL of a design against the golden model',
    async () => (await import('./simulate.ts')).simulateCommand,
  ),
  command(
    'synth <dir>',
    'Estimate resources, fit and longest paths of a design with Yosys',
    async () => (await import('./synth.ts')).synthCommand,
  ),
  command(
    'pnr <dir>',
    'Place and route a design for an iCE40 or ECP5 with nextpnr: its clock, and the slowest path',
    async () => (await import('./pnr.ts')).pnrCommand,
  ),
  command(
    'evaluate <model>',
    'Compare a model with its pruned and fixed-point versions on data: SQNR, word error rate',
    async () => (await import('./evaluate.ts')).evaluateCommand,
  ),
  command(
    'explore [models..]',
    'Find the designs of a space of models and hardware that no other one is better than; in shards on many machines',
    async () => (await import('./explore.ts')).exploreCommand,
  ),
  command(
    'transcribe <dir> <audio>',
    'Recognise the words of a recording (16-bit PCM mono WAV at 8 or 16 kHz)',
    async () => (await import('./transcribe.ts')).transcribeCommand,
  ),
  command(
    'inspect <path>',
    'Say what is in a model file or a design directory',
    async () => (await import('./inspect.ts')).inspectCommand,
  ),
  command(
    'report <paths..>',
    'Write a page about designs: block diagram, timeline, where cycles go, memories, program',
    async () => (await import('./report.ts')).reportCommand,
  ),
  command(
    'studio [dir]',
    'Show the designs of a folder in the browser, and build and simulate there',
    async () => (await import('./studio.ts')).studioCommand,
  ),
  command(
    'doctor',
    'Check the simulators, compilers and other tools that esegen works with',
    async () => (await import('./doctor.ts')).doctorCommand,
  ),
];
