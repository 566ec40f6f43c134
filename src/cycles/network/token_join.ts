/** Twin of token_join: a pulse when every input has had one more. */
export class JoinTwin {
  readonly #levels: { readonly counts: Int32Array; fires: Uint8Array; before: Uint8Array }[] = [];

  constructor(inputs: number) {
    for (let below = inputs; below > 1; below = Math.ceil(below / 4)) {
      const fires = new Uint8Array(Math.ceil(below / 4));
      this.#levels.push({ counts: new Int32Array(below), fires, before: fires.slice() });
    }
  }

  /** @returns whether the inputs are joined in this cycle, a single one without delay */
  now(pulses: readonly boolean[]): boolean {
    return this.#levels.length === 0 ? pulses[0]! : this.#levels.at(-1)!.fires[0] === 1;
  }

  /** No pulse is on its way. */
  get still(): boolean {
    return this.#levels.every(({ fires, before }) => !fires.includes(1) && !before.includes(1));
  }

  tick(pulses: readonly boolean[]): void {
    let below: ArrayLike<number | boolean> = pulses;
    for (const level of this.#levels) {
      const { counts, fires: before, before: fires } = level;
      for (let node = 0; node < fires.length; node++) {
        const end = Math.min(4 * node + 4, counts.length);
        let all = true;
        for (let n = 4 * node; n < end; n++) if (counts[n] === 0 && !below[n]) all = false;
        for (let n = 4 * node; n < end; n++) counts[n]! += Number(below[n]) - Number(all);
        fires[node] = Number(all);
      }
      level.fires = fires;
      level.before = before;
      below = before;
    }
  }
}
