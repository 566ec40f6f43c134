import type { MemoryRate } from '../word_supply.ts';

/** Bursts that it has room for. */
export const QUEUE = 16;
/** Parts of a beat in which bandwidth is counted, and how many it saves up. */
export const BEAT = 65_536;
export const MOST_CREDIT = 2 * BEAT;

/** Twin of axi_memory: an AXI4 slave that answers reads in order. Registers as they are in a cycle; `tick` goes to the next one. */
export class MemoryTwin {
  /** It takes an address. */
  ready = false;
  /** Number of the beat that it gives, null: none. */
  beat: number | null = null;
  readonly #latency: number;
  readonly #rate: number;
  readonly #bursts: { readonly first: number; readonly beats: number; readonly due: number }[] = [];
  #now = 0;
  #sent = 0;
  #credit = BEAT;

  constructor({ latency, bandwidth }: MemoryRate) {
    this.#latency = latency;
    this.#rate = Math.round(bandwidth * BEAT);
  }

  /**
   * @param burst whose address is at the port, null: none
   * @param taken whether the beat is taken
   */
  tick(burst: { readonly first: number; readonly beats: number } | null, taken: boolean): void {
    const head = this.#bursts[0];
    const free = this.beat === null || taken;
    const answers = free && head !== undefined && this.#now >= head.due && this.#credit >= BEAT;
    const pushes = burst !== null && this.ready;
    this.ready = this.#bursts.length < QUEUE - 2;
    this.#credit = answers ? this.#credit - BEAT + this.#rate : Math.min(this.#credit + this.#rate, MOST_CREDIT);
    if (free) this.beat = answers ? head.first + this.#sent : null;
    if (answers) {
      this.#sent++;
      if (this.#sent === head.beats) {
        this.#bursts.shift();
        this.#sent = 0;
      }
    }
    if (pushes) this.#bursts.push({ ...burst, due: this.#now + this.#latency - 1 });
    this.#now++;
  }
}
