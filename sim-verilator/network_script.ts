import { maskOf, registerOf } from '../src/control/registers.ts';

/** Commands of control_master.v, in their order. */
const COMMANDS = ['write', 'poll', 'read', 'waitInput', 'waitOutput', 'allow', 'pause'] as const;

/** What the bench of a network design does at its registers, line by line; without one it only starts it. */
export class NetworkScript {
  readonly lines: string[] = [];

  write(register: string, value: number): this {
    return this.#add('write', registerOf(register).offset, value);
  }

  /** Sets a field that is written as 1. */
  set(register: string, field: string): this {
    return this.write(register, maskOf(register, field));
  }

  /** Waits until a field has a value; of one bit that it is set, where no value is given. */
  until(register: string, field: string, value = 1): this {
    const mask = maskOf(register, field);
    return this.#add('poll', registerOf(register).offset, mask, value * (mask & -mask));
  }

  /** Reads a register into the log. */
  read(register: string): this {
    return this.#add('read', registerOf(register).offset);
  }

  /** Waits until so many beats have gone in, or come out. */
  waitInput(beats: number): this {
    return this.#add('waitInput', beats);
  }

  waitOutput(beats: number): this {
    return this.#add('waitOutput', beats);
  }

  /** Lets so many beats in, and no more. */
  allow(beats: number): this {
    return this.#add('allow', beats);
  }

  pause(cycles: number): this {
    return this.#add('pause', cycles);
  }

  /** Starts the core; with an address of the weights in external memory. */
  run(): this {
    return this.set('CONTROL', 'run');
  }

  /** Pauses the core, and waits until all that came in is answered. */
  rest(): this {
    return this.write('CONTROL', 0).until('STATUS', 'busy', 0);
  }

  softReset(): this {
    return this.set('CONTROL', 'soft_reset').until('STATUS', 'held');
  }

  /** Checks an image, and loads it; the core must be held. */
  load(image: Uint8Array): this {
    const words = new Uint32Array(image.buffer, image.byteOffset, image.length / 4);
    for (const pass of ['check', 'load']) {
      this.set('IMAGE', pass);
      for (const word of words) this.write('IMAGE_DATA', word);
      this.until('IMAGE', 'busy', 0);
      this.until('IMAGE', pass === 'check' ? 'checked' : 'model_ok');
    }
    return this;
  }

  #add(command: (typeof COMMANDS)[number], ...numbers: number[]): this {
    const all = [COMMANDS.indexOf(command), ...numbers, 0, 0, 0].slice(0, 4);
    this.lines.push(all.map((number) => (number >>> 0).toString(16)).join(' '));
    return this;
  }
}
