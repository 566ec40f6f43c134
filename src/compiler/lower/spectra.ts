import type { Stream } from '../../program/instruction.ts';
import type { View } from '../../program/program.ts';
import { spectrumElements } from '../../program/spectral_order.ts';
import type { ProgramBuilder } from './builder.ts';
import { plain, roundUp } from './layout.ts';
import type { Source } from './source.ts';
import type { Happening, StreamDraft } from './stream_draft.ts';

/** CELL has written a vector up to an element. */
interface Written {
  readonly to: number;
  readonly full: Happening;
}

/** Elements of a vector of spectra that STORE makes at once: a product can read them as soon as that has happened. */
export interface SpectrumPart {
  readonly from: number;
  readonly to: number;
  readonly happening: Happening;
}

/** A vector of spectra of another one. */
interface Spectrum {
  readonly of: number;
  readonly slot: View['slot'];
  readonly block: number;
  readonly vector: number;
  readonly loaded: boolean;
  readonly parts: readonly SpectrumPart[];
}

/** Where a product finds spectra, part by part. */
export interface SpectralSource {
  readonly source: Source;
  readonly parts: readonly SpectrumPart[];
}

/** The spectra of the vectors of a stage: each is there once, whoever reads it. STORE makes the parts of a vector as CELL completes them. */
export class Spectra {
  readonly #builder: ProgramBuilder;
  readonly #body: Readonly<Record<Stream, StreamDraft>>;
  readonly #known = new Map<string, Spectrum>();
  readonly #written = new Map<number, Written[]>();
  readonly #expected = new Map<number, readonly number[]>();
  #open: Spectrum[] = [];

  constructor(builder: ProgramBuilder, body: Readonly<Record<Stream, StreamDraft>>) {
    this.#builder = builder;
    this.#body = body;
  }

  /** A vector of the layer's own will be written up to these elements in turn, while no product reads its spectra any more. */
  expect(vector: number, ends: readonly number[]): void {
    this.#expected.set(vector, ends);
  }

  /** The last CELL instruction has written a vector up to an element. */
  written(vector: number, to: number): void {
    const full: Happening = { semaphore: 'outFull' };
    this.#body.cell.happen(full);
    this.#written.set(vector, [...(this.#written.get(vector) ?? []), { to, full }]);
  }

  /** Where a product finds the spectra of blocks of what it reads. Those of the step before are made when `close` is called. */
  of(source: Source, block: number): SpectralSource {
    const key = `${source.vector} ${block}`;
    const known = this.#known.get(key);
    const own = known ?? this.#make(source, block);
    if (known === undefined) {
      this.#known.set(key, own);
      if (source.stepsBefore > 0) this.#open.push(own);
      else this.#store(own);
    }
    return { source: { ...source, vector: own.vector }, parts: own.parts };
  }

  /** A layer's own vector is complete: its spectra are made. Returns their vectors. */
  close(): number[] {
    const open = this.#open;
    this.#open = [];
    for (const own of open) this.#store(own);
    return open.map(({ vector }) => vector);
  }
  #make({ vector: of, slot, stepsBefore, happening }: Source, block: number): Spectrum {
    const { machine, vectors } = this.#builder;
    const { name, channels, slots, format } = vectors[of]!;
    const { groups, elemLanes } = machine;
    const layout = plain(spectrumElements(block, groups, channels));
    const vector = this.#builder.vector({
      ...{ ...layout, elements: roundUp(layout.elements, Math.max(elemLanes, 2 * groups)), slots },
      ...{ name: `${name}.f${block}`, role: stepsBefore > 0 ? 'state' : 'inner' },
      format: { bits: format.bits, frac: format.frac - Math.log2(block) },
    });
    const loaded = happening === null;
    const ends = stepsBefore > 0 ? this.#expected.get(of) : this.#written.get(of)?.map(({ to }) => to);
    // The order of pairs begins anew with each part, which has whole words.
    const grain = Math.max(block * groups, elemLanes);
    const inner = loaded ? [] : (ends ?? []).filter((end) => end < channels && end % grain === 0);
    const parts = [...inner, channels].map((end, at): SpectrumPart => {
      const to = end === channels ? layout.channels : end;
      return { from: inner[at - 1] ?? 0, to, happening: { semaphore: 'copied' } };
    });
    return { of, slot, block, vector, loaded, parts };
  }

  #store({ of, slot, block, vector, loaded, parts }: Spectrum): void {
    const { store } = this.#body;
    const { channels, origin } = this.#builder.vectors[of]!;
    const view = (own: number, offset: number, run: number) =>
      this.#builder.view(own, { offset, pStride: 0, qStride: 0, rows: 1, rowStride: 0, run }, slot);
    for (const [at, { from, to, happening }] of parts.entries()) {
      const end = at === parts.length - 1 ? channels : to;
      store.need(this.#full(of, end, loaded));
      const [source, dest] = [view(of, origin + from, end - from), view(vector, from, to - from)];
      store.work({ op: 'store', from: source, to: { view: dest, block } });
      store.happen(happening);
    }
  }

  /** A vector is there up to an element. */
  #full(of: number, end: number, loaded: boolean): Happening {
    const written = loaded ? undefined : this.#written.get(of)?.find(({ to }) => to === end);
    if (written !== undefined) return written.full;
    const full: Happening = { semaphore: loaded ? 'passFull' : 'outFull' };
    this.#body[loaded ? 'load' : 'cell'].happen(full);
    return full;
  }
}
