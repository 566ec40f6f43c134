import { toStream } from '../src/program/port_order.ts';
import type { Program } from '../src/program/program.ts';
import type { Comparison } from './compare.ts';
import type { OutputBeat } from './network_files.ts';
import type { AnswerFrame, PortValues } from './network_stimuli.ts';

const SHOWN = 5;

function hex(value: number): string {
  return Number.isNaN(value) ? 'undefined bits' : `0x${(value & 0xffff).toString(16).padStart(4, '0')}`;
}

/**
 * Compares every output word of every frame, and the output, the voice and the end of the frame that it comes with.
 *
 * @param golden outputs by utterance
 * @param answers frames in the order in which they must come
 * @param elements elements of a beat
 */
export function compareBeats(
  program: Program,
  golden: readonly PortValues[],
  answers: readonly AnswerFrame[],
  beats: readonly OutputBeat[],
  elements: number,
): Comparison {
  const differences: string[] = [];
  let mismatches = 0;
  let comparedWords = 0;
  let expected = 0;
  const { channels } = program.machine;
  const ordered = golden.map((values) => program.outputs.map((port) => toStream(port, values.get(port.name)!)));
  for (const { utterance, output, step, channel } of answers) {
    const port = program.outputs[output]!;
    const voice = channels === 1 ? '' : `, channel ${channel}`;
    const report = (element: number, cycle: number, what: string) => {
      mismatches++;
      if (differences.length >= SHOWN) return;
      const where = `utterance ${utterance}, step ${step}, ${port.name}[${element}]${voice}`;
      differences.push(`${where}: ${what} (cycle ${cycle})`);
    };
    for (let first = 0; first < port.elements; first += elements, expected++) {
      const beat = beats[expected];
      if (beat === undefined) continue;
      const last = first + elements >= port.elements;
      if (beat.output !== output) report(first, beat.cycle, `expected output ${output}, RTL output ${beat.output}`);
      if (beat.channel !== channel) report(first, beat.cycle, `RTL channel ${beat.channel}`);
      if (beat.last !== last) report(first, beat.cycle, last ? 'the frame does not end' : 'the frame ends');
      for (let at = first; at < Math.min(first + elements, port.elements); at++, comparedWords++) {
        const word = ordered[utterance]![output]![step * port.elements + at]!;
        const got = beat.elements[at - first]!;
        if (word !== got) report(at, beat.cycle, `expected ${hex(word)}, RTL ${hex(got)}`);
      }
    }
  }
  if (beats.length !== expected) {
    mismatches += Math.abs(expected - beats.length);
    differences.push(`expected ${expected} output beats, the RTL gave ${beats.length}`);
  }
  return { comparedWords, mismatches, differences };
}
