import { weightWordBits } from '../machine/word_format.ts';
import type { Design } from '../program/design.ts';
import { type Diagram, placeDiagram } from './diagram.ts';
import { count, times } from './numbers.ts';

/** Block diagram of a design of one LSTM layer, with the sizes of this one. */
export function layerDiagram({ config, dimensions: d, formats, schedule }: Design): Diagram {
  const { channels, groups, lanes, elemLanes, projection } = d;
  const shape = (words: number, bits: number) => `${count(words)} × ${count(bits)} bits`;
  const { vectorBits } = formats;
  const feeds = d.sharedCounts ? groups : groups * lanes;
  const counts = [`counts ${count(feeds)} ×`, shape(d.pointerDepth, d.countBits)];
  const banks = d.banks.map(({ rows, block }) => `${count(rows)}${block ? ' (block RAM)' : ''}`);
  return placeDiagram(
    {
      control: {
        title: 'Registers and driver',
        lines: ['s_axi_ctrl: AXI4-Lite · start, counters, states, model image'],
      },
      input: { title: 's_axis', lines: [`${vectorBits} bits a beat`] },
      load: {
        title: 'frame_in',
        lines: [
          `x: ${count(d.inputs)} × ${vectorBits} bits`,
          `${count(channels)} ${channels === 1 ? 'voice' : 'voices'}`,
          'two batches',
        ],
      },
      sequence: null,
      store: {
        title: projection ? 'Assemble, frame_out' : 'frame_out',
        lines: [
          `y: ${count(d.outputs)} × ${vectorBits} bits`,
          `buffer ${shape(d.outBufferWords, d.beat * vectorBits)}`,
        ],
      },
      output: { title: 'm_axis', lines: [`${d.beat} × ${vectorBits} bits a beat`] },
      vectors: {
        title: 'Vectors x, y, m',
        lines: [
          `${count(channels * groups)} ${channels * groups === 1 ? 'bank' : 'banks'}`,
          `x: ${count(d.inputs)}, two batches`,
          `y: ${count(d.outputs)}`,
          ...(projection ? [`m: ${count(d.cells)}`] : []),
          `${vectorBits} bits each`,
        ],
      },
      array: {
        title: 'Array',
        lines: [
          `${times(channels, groups, lanes)} = ${count(d.multipliers)} PEs`,
          `weights ${formats.weightBits} × ${formats.actBits} bits`,
          `accumulators ${formats.accBits} bits`,
          `rows ${banks.join(', ')}`,
          d.inStep ? 'lanes of a group in step' : `queues of ${count(config.fifoDepth)} columns`,
        ],
      },
      weights: d.dram
        ? { title: 'Weights: m_axi', lines: [`external, ${count(config.memoryBusBits)} bits a beat`, ...counts] }
        : {
            title: 'Weights',
            lines: [`${times(groups, lanes)} lanes ×`, shape(d.weightDepth, weightWordBits(config)), ...counts],
          },
      cell: {
        title: 'ElemMul',
        lines: [
          `${times(channels, elemLanes)} lanes`,
          `c: ${count(d.cells)} × ${vectorBits} bits`,
          `sums of ${formats.sumBits} bits`,
          ...(d.peepholes ? [`peepholes ${formats.peepBits} bits`] : []),
          `${count(schedule.length)} steps in the schedule`,
        ],
      },
      parameters: {
        title: 'Parameters, tables',
        lines: [
          shape(d.paramDepth, d.paramBits),
          `in each of ${count(elemLanes)} lanes`,
          `σ ±${formats.sigmoidRange}, tanh ±${formats.tanhRange}`,
          `tables ${shape(2048, 16)}`,
        ],
      },
    },
    {
      elements: count(groups),
      words: count(elemLanes),
      sums: `${count(elemLanes)} rows`,
      results: projection ? `m, y: ${count(elemLanes)} elements a word` : `y: ${count(elemLanes)} elements a word`,
      weights: '',
    },
  );
}
