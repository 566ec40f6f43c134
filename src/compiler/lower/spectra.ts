import type { Stream } from '../../program/instruction.ts';
import type { View } from '../../program/program.ts';
import { spectrumElements } from '../../program/spectral_order.ts';
import { startSpectrum } from '../../program/start_spectrum.ts';
import type { ProgramBuilder } from './builder.ts';
import { plain, roundUp } from './layout.ts';
import type { Source } from './source.ts';
import type { Draft, Happening, StreamDraft } from './stream_draft.ts';

/** CELL has written a vector up to an element. */
interface Written {
  readonly to: number;
  readonly full: Happening;
}

/** A vector up to an element: CELL writes it in such parts, one after the other. */
export interface VectorEnd {
  readonly vector: number;
  readonly to: number;
}

/** Elements of a vector of spectra that STORE makes at once: a product can read them as soon as that has happened. */
export interface SpectrumPart {
  readonly from: number;
  readonly to: number;
  readonly happening: Happening;
  /** What CELL has written before; null where LOAD has. */
  readonly after: VectorEnd | null;
  /** The next ones are made while products of other rows read the rest of the old vector. */
  readonly inTurn: boolean;
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
  readonly #expected = new Map<number, { readonly ends: readonly number[]; readonly inTurn: boolean }>();
  #open: Spectrum[] = [];
  /** Spectra of loaded frames, in their own step and in the one before; where they are put in that. */
  readonly #loaded: {
    readonly draft: Draft;
    readonly ahead: { readonly source: number; readonly dest: number };
    readonly block: number;
  }[] = [];
  #gap: number | null = null;
  /** Where the last spectra stand that products of the same step read: of parts the second one, as the next follow each other closely. */
  #last: number | null = null;
  /** Those in their own step stand in front of all that STORE does. */
  #first = 0;

  constructor(builder: ProgramBuilder, body: Readonly<Record<Stream, StreamDraft>>) {
    this.#builder = builder;
    this.#body = body;
  }

  /**
   * A vector of the layer's own will be written up to these elements, one after the other.
   *
   * @param inTurn by the two tiles that read its spectra: the second one then reads the first part before the first one is complete; else while no product
   *   reads them any more
   */
  expect(vector: number, ends: readonly number[], inTurn: boolean): void {
    this.#expected.set(vector, { ends, inTurn });
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
    if (open.length > 0) this.#gap = this.#last ?? this.#body.store.drafts.length;
    for (const own of open) this.#store(own);
    this.#last = null;
    return open.map(({ vector }) => vector);
  }

  /**
   * Makes the spectra of the next step's frames in this one, where they are loaded by then: in the last layer that reads its own, in front of the second part of
   * the spectra that are made before all its cells are, as STORE is free until CELL has got so far. No answer is later because of a frame that has not come.
   */
  makeAhead(): void {
    const { store } = this.#body;
    if (this.#gap === null) return;
    for (const [at, { draft, ahead, block }] of this.#loaded.entries()) {
      const to = { view: ahead.dest, block, turn: at === 0 ? 'ahead' : 'too' } as const;
      store.insertAhead(this.#gap + at, { op: 'store', from: ahead.source, to }, draft);
    }
  }

  #make({ vector: of, slot, stepsBefore, happening }: Source, block: number): Spectrum {
    const { machine, vectors } = this.#builder;
    const { name, channels, slots, format, initial } = vectors[of]!;
    const { groups, elemLanes } = machine;
    const layout = plain(spectrumElements(block, groups, channels));
    const loaded = happening === null;
    const ends = stepsBefore > 0 ? this.#expected.get(of)?.ends : this.#written.get(of)?.map(({ to }) => to);
    const { room } = this.#builder;
    // A part begins with a pair in group 0, and has whole words and whole blocks of the largest size. Where blocks are longer than words, STORE begins the
    // order of pairs anew.
    const grain = Math.max(room > elemLanes ? block * groups : 2 * groups, elemLanes, room);
    const inner = loaded ? [] : (ends ?? []).filter((end) => end < channels && end % grain === 0);
    const starts = () => startSpectrum(initial!, block, format.bits, groups);
    const vector = this.#builder.vector({
      ...{ ...layout, elements: roundUp(layout.elements, Math.max(elemLanes, 2 * groups)), slots },
      ...{ name: `${name}.f${block}`, role: stepsBefore > 0 ? 'state' : 'inner' },
      format: { bits: format.bits, frac: format.frac - Math.log2(block) },
      initial: stepsBefore > 0 && initial !== null ? starts() : null,
    });
    const inTurn = stepsBefore > 0 && inner.length > 0 && this.#expected.get(of)!.inTurn;
    const parts = [...inner, channels].map((end, at): SpectrumPart => {
      const to = end === channels ? layout.channels : end;
      const happening: Happening = { semaphore: loaded ? 'passed' : 'copied' };
      return { from: inner[at - 1] ?? 0, to, happening, after: loaded ? null : { vector: of, to: end }, inTurn };
    });
    return { of, slot, block, vector, loaded, parts };
  }

  #store({ of, slot, block, vector, loaded, parts }: Spectrum): void {
    const { load, store } = this.#body;
    const { channels, origin, slots } = this.#builder.vectors[of]!;
    const view = (own: number, offset: number, run: number, own_slot = slot) =>
      this.#builder.view(own, { offset, pStride: 0, qStride: 0, rows: 1, rowStride: 0, run }, own_slot);
    if (loaded) {
      const { to, happening } = parts[0]!;
      const full: Happening = { semaphore: 'passFull' };
      load.happen(full);
      const views = (place: View['slot']) => ({
        source: view(of, origin, channels, place),
        dest: view(vector, 0, to, place),
      });
      const { source, dest } = views(slot);
      // A frame of the next step has a place of its own.
      const early = slots > 1 && slot.t === 1;
      const target = { view: dest, block, turn: early ? 'else' : 'always' } as const;
      const needs = [{ happening: full, stepsBefore: 0 }];
      const draft = store.insert(this.#first++, { op: 'store', from: source, to: target }, needs, [happening]);
      if (this.#gap !== null) this.#gap++;
      if (this.#last !== null) this.#last++;
      if (early) this.#loaded.push({ draft, ahead: views({ ...slot, offset: slot.offset + 1 }), block });
      return;
    }
    for (const [at, { from, to, happening }] of parts.entries()) {
      const end = at === parts.length - 1 ? channels : to;
      if (at < 2) this.#last = store.drafts.length;
      store.need(this.#full(of, end));
      const [source, dest] = [view(of, origin + from, end - from), view(vector, from, to - from)];
      store.work({ op: 'store', from: source, to: { view: dest, block, turn: 'always' } });
      store.happen(happening);
    }
  }

  /** A vector is there up to an element. */
  #full(of: number, end: number): Happening {
    const written = this.#written.get(of)?.find(({ to }) => to === end);
    if (written !== undefined) return written.full;
    const full: Happening = { semaphore: 'outFull' };
    this.#body.cell.happen(full);
    return full;
  }
}
