import { cellPipeline, replicatedBeats, replicatedCycles } from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import type { SlotProgram } from '../../program/slot_program.ts';

type Kind = SlotProgram['kind'];

/** A row on its way through the cell unit. */
export interface Token {
  readonly row: 'i' | 'f' | 'g' | 'o' | 'nh' | 'r' | 'nx' | 'z' | 'n' | 'reset' | 'affine';
  readonly word: number;
  readonly bank: number;
  readonly last: boolean;
}

const ROWS: Readonly<Record<Kind, readonly Token['row'][]>> = {
  lstm: ['i', 'f', 'g', 'o'],
  gruAfter: ['nh', 'r', 'nx', 'z'],
  gruBefore: ['z', 'n'],
  gruReset: ['reset'],
  affine: ['affine'],
};
/** The row with which a tile is read. */
const FINAL: Readonly<Record<Kind, Token['row']>> = {
  lstm: 'o',
  gruAfter: 'nx',
  gruBefore: 'n',
  gruReset: 'reset',
  affine: 'affine',
};

/** No word. */
const NONE = -1;

/** What an instruction begins with. */
export interface Issue {
  readonly kind: Kind;
  readonly replicated: boolean;
  readonly lastWord: number;
  /** Word with which the instruction ends: that of the last word, up to a whole block where blocks are turned. */
  readonly endWord: number;
  readonly bank: number;
}

/** Twin of cell_issue: order of the rows. */
export class IssueTwin {
  /** Beats of a word that goes to all groups. */
  readonly #beats: Readonly<Record<Kind, number>>;
  readonly #gaps: number;
  readonly #lag: number;
  #own: Issue | null = null;
  #kind: Kind = 'affine';
  #slot = 0;
  #begun = false;
  #word = 0;
  #beat = 0;
  #gap = 0;
  /** Words of the beats before, the latest first; -1 where none began. */
  #before0 = NONE;
  #before1 = NONE;
  #before2 = NONE;
  /** The row that is issued in this cycle. */
  token: Token | null = null;
  /** Whether the last row of the tile is issued in this cycle. */
  finalRow = false;

  constructor(sizes: NetworkSizes) {
    const { lstm, four, two, one } = replicatedBeats(sizes);
    this.#beats = { lstm, gruAfter: four, gruBefore: two, gruReset: one, affine: one };
    this.#gaps = sizes.replicated ? replicatedCycles(sizes) - 1 : 0;
    this.#lag = cellPipeline(sizes).lag;
  }

  /** An instruction is under way. */
  get busy(): boolean {
    return this.#own !== null;
  }

  /** Bank of the instruction under way; null: there is none. */
  get bank(): number | null {
    return this.#own?.bank ?? null;
  }

  get #begins(): boolean {
    return this.#own !== null && !this.#begun && this.#beat === 0;
  }

  /** What the registers issue: the row of this cycle, behind the last one too. */
  #issue(): void {
    const own = this.#own;
    if (own === null) {
      this.token = null;
      this.finalRow = false;
      return;
    }
    const row = ROWS[own.kind][this.#slot]!;
    const behind = row === 'o' ? this.#lag : row === 'nx' ? 2 : row === 'z' && own.kind === 'gruAfter' ? 1 : 0;
    const word = behind === 0 ? (this.#begins ? this.#word : NONE) : this.#wordBefore(behind);
    this.finalRow = word === own.endWord && row === FINAL[own.kind];
    const { bank, lastWord } = own;
    this.token = word === NONE || word > lastWord ? null : { row, word, bank, last: word === lastWord };
  }

  #wordBefore(beats: number): number {
    return beats === 1 ? this.#before0 : beats === 2 ? this.#before1 : this.#before2;
  }

  get ready(): boolean {
    return this.#own !== null ? this.finalRow && !this.#own.replicated : this.#gap === 0;
  }

  tick(start: Issue | null): void {
    this.#step(start);
    this.#issue();
  }

  #step(start: Issue | null): void {
    const { finalRow } = this;
    const begins = this.#begins;
    const own = this.#own;
    const beatEnd = this.#slot === ROWS[this.#kind].length - 1;
    if (beatEnd) {
      this.#before2 = this.#before1;
      this.#before1 = this.#before0;
      this.#before0 = begins ? this.#word : NONE;
    }
    if (finalRow && own!.replicated) this.#gap = this.#gaps;
    else if (this.#gap > 0) this.#gap--;
    if (start !== null) {
      this.#before0 = NONE;
      this.#before1 = NONE;
      this.#before2 = NONE;
      this.#own = start;
      this.#kind = start.kind;
      this.#begun = false;
      this.#word = 0;
      this.#slot = 0;
      this.#beat = 0;
      return;
    }
    if (beatEnd) {
      this.#beat = this.#beat === this.#lastBeat(own) ? 0 : this.#beat + 1;
      if (begins) {
        this.#begun = this.#word === own!.endWord;
        this.#word++;
      }
    }
    this.#slot = beatEnd ? 0 : (this.#slot + 1) & 3;
    if (finalRow) this.#own = null;
  }

  #lastBeat(own: Issue | null): number {
    return own === null || !own.replicated ? 0 : this.#beats[own.kind] - 1;
  }
}
