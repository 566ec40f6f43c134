import { weightWordBits } from '../machine/word_format.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import type { ProgramPort } from '../program/program.ts';
import { type Diagram, type Part, placeDiagram } from './diagram.ts';
import { count, times } from './numbers.ts';

/** Ports that are named in the picture; the rest are in the listing. */
const NAMED = 2;
/** Characters of a name in the picture. */
const NAME = 14;

/** A name as short as a picture needs it. */
export function short(name: string): string {
  return name.length <= NAME ? name : `${name.slice(0, NAME - 1)}…`;
}

function portLines(ports: readonly ProgramPort[]): string[] {
  const named = ports.slice(0, NAMED).map(({ name, elements, format }) => {
    return `${short(name)}: ${count(elements)} × ${format.bits} bits`;
  });
  return ports.length > NAMED ? [...named, `and ${ports.length - NAMED} more`] : named;
}

function shape(words: number, bits: number): string {
  return `${count(words)} × ${count(bits)} bits`;
}

/** Block diagram of a design of a network, with the sizes of this one. */
export function networkDiagram({ config, program, sizes }: NetworkDesign): Diagram {
  const { channels, groups, lanes, elemLanes, slice, elementBits, vectorBits, programDepth } = sizes;
  const instructions = (stream: keyof typeof programDepth) => `${count(programDepth[stream])} instructions`;
  const beat = (elements: number) => `${elements} × ${vectorBits} bits a beat`;
  const spectra = sizes.blocks.length === 0 ? [] : [`spectra of ${sizes.blocks.join(', ')}`];
  return placeDiagram(
    {
      control: {
        title: 'Registers and driver',
        lines: ['s_axi_ctrl: AXI4-Lite · start, counters, states, model image'],
      },
      input: { title: 's_axis', lines: [beat(sizes.inputBeat)] },
      load: { title: 'LOAD', lines: [...portLines(program.inputs), instructions('load')] },
      sequence: sequencePart(sizes),
      store: { title: 'STORE', lines: [...portLines(program.outputs), instructions('store'), ...spectra] },
      output: { title: 'm_axis', lines: [beat(sizes.beat)] },
      vectors: {
        title: 'Vector memory',
        lines: [
          `${count(channels * groups)} ${channels * groups === 1 ? 'bank' : 'banks'}, two copies`,
          shape(sizes.vmemWords, slice * elementBits),
          `${count(program.vectors.length)} vectors`,
          ...(sizes.stateDepth > 0 ? [`${count(program.states.length)} states for the host`] : []),
        ],
      },
      array: {
        title: 'MAC array',
        lines: [
          `${times(channels, groups, lanes)} = ${count(channels * groups * lanes)} PEs`,
          `weights ${sizes.weightBits} × ${sizes.actBits} bits`,
          `tiles 2 × ${shape(sizes.tileRows, sizes.accBits)}`,
          sizes.inStep ? 'lanes of a group in step' : `queues of ${count(sizes.fifoDepth)} columns`,
          instructions('mac'),
        ],
      },
      weights: weightPart(config.memoryBusBits, weightWordBits(config), sizes),
      cell: {
        title: 'CELL',
        lines: [
          `${times(channels, elemLanes)} lanes`,
          sizes.kinds.join(', '),
          `sums of ${sizes.sumBits} bits`,
          ...spectra,
          instructions('cell'),
        ],
      },
      parameters: {
        title: 'Parameters, tables',
        lines: [
          `biases ${shape(sizes.paramDepth, sizes.biasBits)}`,
          `in each of ${count(elemLanes)} lanes`,
          `σ ±${sizes.sigmoidRange}, tanh ±${sizes.tanhRange}`,
          `tables ${shape(2048, 16)}`,
        ],
      },
    },
    {
      elements: count(groups),
      words: count(elemLanes),
      sums: `${count(elemLanes)} rows`,
      results: `${count(elemLanes)} elements a word`,
      weights: '',
    },
  );
}

function sequencePart({ sequenceWords, sequenceStream, elemLanes, vectorBits }: NetworkDesign['sizes']): Part | null {
  if (sequenceWords === 0) return null;
  if (sequenceStream !== null) return { title: 'Sequences: m_axi_seq', lines: [`${count(sequenceWords)} lines`] };
  return { title: 'Sequences', lines: [shape(sequenceWords, elemLanes * vectorBits)] };
}

function weightPart(busBits: number, wordBits: number, sizes: NetworkDesign['sizes']): Part {
  const { groups, lanes, external, ultra, weightDepth, pointerDepth, countBits, inStep, sharedCounts } = sizes;
  const feeds = inStep || sharedCounts ? groups : groups * lanes;
  const counts = [`counts ${count(feeds)} ×`, shape(pointerDepth, countBits)];
  if (external !== null)
    return { title: 'Weights: m_axi', lines: [`external, ${count(busBits)} bits a beat`, ...counts] };
  return {
    title: ultra ? 'Weights (UltraRAM)' : 'Weights',
    lines: [`${times(groups, lanes)} lanes ×`, shape(weightDepth, wordBits), ...counts],
  };
}
