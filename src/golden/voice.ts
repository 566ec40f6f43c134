import type { Program } from '../program/program.ts';
import type { CellObserver } from './lstm_slot.ts';
import { GoldenNetwork } from './network.ts';

/** A voice of a streaming program of one input and one output, frame by frame. */
export class GoldenVoice {
  readonly #network: GoldenNetwork;
  readonly #input: string;
  readonly #output: string;
  #first = true;

  constructor(program: Program, observer: CellObserver | null = null) {
    const [input, output] = [program.inputs[0]!, program.outputs[0]!];
    if (program.mode !== 'streaming' || program.inputs.length + program.outputs.length !== 2) {
      throw new Error('a voice needs a streaming program of one input and one output');
    }
    this.#network = new GoldenNetwork(program, observer);
    this.#input = input.name;
    this.#output = output.name;
  }

  /** Starts an utterance: states are the initial ones. */
  reset(): void {
    this.#first = true;
  }

  /** One frame, integers in the format of the input; returns that of the output. */
  step(x: Int16Array): Int16Array {
    const states = this.#first ? 'initial' : 'kept';
    this.#first = false;
    return this.#network.run(new Map([[this.#input, x]]), { states }).outputs.get(this.#output)!;
  }
}
