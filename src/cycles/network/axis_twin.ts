import { unpackWord } from '../../program/field.ts';
import { type MemImage, memWord } from '../../program/mem_image.ts';
import { AXIS_WORD } from '../../program/network/axes.ts';
import type { AxisSteps } from './sequencer.ts';

interface Axis {
  readonly moves: boolean;
  readonly under: number;
  readonly initial: number;
  readonly stride: number;
  countdown: number;
}

/** Twin of axis_counters. */
export class AxisTwin implements AxisSteps {
  readonly steps: number[];
  known = false;
  readonly #image: MemImage;
  #axes: Axis[] = [];
  #adds: boolean[] = [];
  #begun = false;
  #first = false;
  #tail: boolean[] = [];
  /** Cycles without a step or an end. */
  #rest = 0;
  /** Cycles until the table is read. */
  #reading: number;

  constructor(image: MemImage) {
    this.#image = image;
    this.steps = new Array<number>(image.depth).fill(0);
    this.#reading = 0;
    this.#clear();
  }

  get ready(): boolean {
    return this.#reading === 0;
  }

  /** Nothing is on its way through the counters. */
  get still(): boolean {
    return this.ready && this.#rest > this.#tail.length;
  }

  #clear(): void {
    this.steps.fill(0);
    this.known = false;
    this.#begun = false;
    this.#first = false;
    this.#rest = 0;
    this.#adds = this.steps.map(() => false);
    this.#tail = new Array<boolean>(this.steps.length + 3).fill(false);
    this.#axes = this.steps.map((_, at) => {
      const { moves, under, initial, countdown, stride } = unpackWord(AXIS_WORD, memWord(this.#image, at)) as Record<
        string,
        number
      >;
      return { moves: moves === 1, under: under!, initial: initial!, countdown: countdown!, stride: stride! };
    });
  }

  tick(restart: boolean, step: boolean, finish: boolean): void {
    if (restart) {
      this.#clear();
      this.#reading = this.steps.length + 2;
      return;
    }
    if (this.#reading > 0) this.#reading--;
    if (!step && !finish && this.#rest > this.#tail.length) return;
    this.#rest = step || finish ? 0 : this.#rest + 1;
    const adds = this.#adds;
    const next = this.steps.map(() => false);
    if (step) this.steps[0]!++;
    next[0] = step && this.#begun;
    for (let at = 1; at < this.steps.length; at++) {
      const axis = this.#axes[at]!;
      const goes = axis.moves && adds[axis.under]!;
      const more = goes && axis.countdown === 1;
      if (this.#first) this.steps[at] = axis.initial;
      else if (more) this.steps[at]!++;
      if (goes) axis.countdown = more ? axis.stride : axis.countdown - 1;
      next[at] = more;
    }
    if (this.#tail.at(-1)) this.known = true;
    this.#tail = [finish, ...this.#tail.slice(0, -1)];
    this.#first = step && !this.#begun;
    this.#begun ||= step;
    this.#adds = next;
  }
}
