import { axisSteps } from '../src/golden/steps.ts';
import { inputFrames, outputFrames } from '../src/program/port_frames.ts';
import { toStream } from '../src/program/port_order.ts';
import type { Program } from '../src/program/program.ts';
import { type Place, spreadSteps } from './stimuli.ts';

/** Inputs or outputs of an utterance by name of the port, [steps, elements] each, in the order of the tensor. */
export type PortValues = ReadonlyMap<string, Int16Array>;

/** A frame that the design gives: of which utterance, which output, which of its frames, and for which voice. */
export interface AnswerFrame {
  readonly utterance: number;
  readonly output: number;
  readonly step: number;
  readonly channel: number;
  /** Time step of all voices that it is of, or utterance where utterances run one behind the other. */
  readonly batch: number;
}

/** What goes into a design, and what must come out. */
export interface NetworkStimuli {
  /** Elements of the input stream: value, and from bit 16 on start of an utterance, end of a batch, last, channel; then the end of a frame. */
  readonly elements: Uint32Array;
  /** In the order in which they come. */
  readonly answers: readonly AnswerFrame[];
}

const START = 1 << 16;
const END_OF_BATCH = 1 << 17;
const LAST = 1 << 18;
const CHANNEL_SHIFT = 19;
const FRAME_END = 1 << 27;

/** Elements as they are added. */
class ElementWriter {
  readonly elements: number[] = [];

  /** A frame; `marks` go with its first element. */
  frame(values: Int16Array, channel: number, marks: number): void {
    for (const [at, value] of values.entries()) {
      const end = at === values.length - 1 ? FRAME_END : 0;
      this.elements.push((value & 0xffff) | (at === 0 ? marks : 0) | (channel << CHANNEL_SHIFT) | end);
    }
  }

  /** Marks the last element. */
  close(): void {
    this.elements[this.elements.length - 1]! |= LAST;
  }

  end(): Uint32Array {
    return Uint32Array.from(this.elements);
  }
}

/**
 * Beats of the input stream, as the bench reads them: {channel, last, end of a batch, start of an utterance, elements} in hexadecimal. Marks of the
 * start are those of the first element, `last` that of the final one.
 *
 * @param elements as {@link NetworkStimuli} has them; every frame begins with a beat of its own
 * @param width elements of a beat
 */
export function inputBeats(elements: Uint32Array, width: number): string[] {
  const beats: string[] = [];
  for (let at = 0; at < elements.length; ) {
    const marks = (elements[at]! >>> 16) & 0x7ff;
    let [count, last, data] = [0, 0, ''];
    for (let ended = false; count < width && at < elements.length && !ended; at++, count++) {
      const element = elements[at]!;
      data = (element & 0xffff).toString(16).padStart(4, '0') + data;
      last = (element & LAST) >>> 16;
      ended = (element & FRAME_END) !== 0;
    }
    beats.push(`${(marks | last).toString(16)}${data.padStart(4 * width, '0')}`);
  }
  return beats;
}

/**
 * Lays utterances out as a design takes them: over the voices of a streaming one, one behind the other else.
 *
 * @param utterances their inputs; at least one with frames
 * @throws EsegenError where an input is missing, has no whole frames, or is too short or too long
 */
export function networkStimuli(program: Program, utterances: readonly PortValues[]): NetworkStimuli {
  return program.mode === 'streaming' ? streaming(program, utterances) : byUtterance(program, utterances);
}

/** Frames of the inputs of an utterance in the order of the stream, by number of the port. */
function framesOf({ inputs }: Program, values: PortValues): (port: number, step: number) => Int16Array {
  const ordered = inputs.map((port) => toStream(port, values.get(port.name)!));
  return (port, step) => {
    const { elements } = inputs[port]!;
    return ordered[port]!.subarray(step * elements, (step + 1) * elements);
  };
}

function streaming(program: Program, utterances: readonly PortValues[]): NetworkStimuli {
  const writer = new ElementWriter();
  const answers: AnswerFrame[] = [];
  const lengths = utterances.map((values) => axisSteps(program, values)[0]!);
  const frames = utterances.map((values) => framesOf(program, values));
  const oneStep = program.axes.map(() => 1);
  const places = spreadSteps(lengths, program.machine.channels);
  const batches = Array.from({ length: (places.at(-1)?.batch ?? -1) + 1 }, (): Place[] => []);
  for (const place of places) batches[place.batch]!.push(place);
  for (const [number, batch] of batches.entries()) {
    for (const port of inputFrames(program, oneStep)) {
      for (const [at, { utterance, step, channel }] of batch.entries()) {
        const marks = (step === 0 ? START : 0) | (at === batch.length - 1 ? END_OF_BATCH : 0);
        writer.frame(frames[utterance]!(port, step), channel, marks);
        writer.close();
      }
    }
    for (const output of outputFrames(program, oneStep)) {
      for (const { utterance, step, channel } of batch) {
        answers.push({ utterance, output, step, channel, batch: number });
      }
    }
  }
  return { elements: writer.end(), answers };
}

function byUtterance(program: Program, utterances: readonly PortValues[]): NetworkStimuli {
  const writer = new ElementWriter();
  const answers: AnswerFrame[] = [];
  for (const [utterance, values] of utterances.entries()) {
    const steps = axisSteps(program, values);
    const frame = framesOf(program, values);
    const taken = program.inputs.map(() => 0);
    for (const [at, port] of inputFrames(program, steps).entries()) {
      writer.frame(frame(port, taken[port]!++), 0, (at === 0 ? START : 0) | END_OF_BATCH);
    }
    writer.close();
    const given = program.outputs.map(() => 0);
    for (const output of outputFrames(program, steps)) {
      answers.push({ utterance, output, step: given[output]!++, channel: 0, batch: utterance });
    }
  }
  return { elements: writer.end(), answers };
}
