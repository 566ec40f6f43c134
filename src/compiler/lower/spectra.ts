import type { Stream } from '../../program/instruction.ts';
import type { View } from '../../program/program.ts';
import { spectrumElements } from '../../program/spectral_order.ts';
import { startSpectrum } from '../../program/start_spectrum.ts';
import type { ProgramBuilder } from './builder.ts';
import { plain, roundUp } from './layout.ts';
import type { Source } from './source.ts';
import type { Happening, StreamDraft } from './stream_draft.ts';

/** A vector of spectra of another one. */
interface Spectrum {
  readonly of: number;
  readonly slot: View['slot'];
  readonly block: number;
  readonly vector: number;
  readonly happening: Happening;
}

/** The spectra of the vectors of a stage: each is there once, whoever reads it. STORE makes it when its vector is complete. */
export class Spectra {
  readonly #builder: ProgramBuilder;
  readonly #body: Readonly<Record<Stream, StreamDraft>>;
  readonly #known = new Map<string, Spectrum>();
  #open: Spectrum[] = [];

  constructor(builder: ProgramBuilder, body: Readonly<Record<Stream, StreamDraft>>) {
    this.#builder = builder;
    this.#body = body;
  }

  /** Where a product finds the spectra of blocks of what it reads. Those of the step before are made when `close` is called. */
  of(source: Source, block: number): Source {
    const key = `${source.vector} ${block}`;
    const known = this.#known.get(key);
    const own = known ?? this.#make(source, block);
    if (known === undefined) {
      this.#known.set(key, own);
      if (source.stepsBefore > 0) this.#open.push(own);
      else this.#store(own, source.happening === null ? 'load' : 'cell');
    }
    const { vector, happening } = own;
    return { ...source, vector, happening };
  }

  /** A layer's own vector is complete: its spectra are made. Returns their vectors. */
  close(): number[] {
    const open = this.#open;
    this.#open = [];
    for (const own of open) this.#store(own, 'cell');
    return open.map(({ vector }) => vector);
  }

  #make({ vector: of, slot, stepsBefore }: Source, block: number): Spectrum {
    const { machine, vectors } = this.#builder;
    const { name, channels, slots, format, initial } = vectors[of]!;
    const { groups, elemLanes } = machine;
    const layout = plain(spectrumElements(block, groups, channels));
    const vector = this.#builder.vector({
      ...{ ...layout, elements: roundUp(layout.elements, Math.max(elemLanes, 2 * groups)), slots },
      ...{ name: `${name}.f${block}`, role: stepsBefore > 0 ? 'state' : 'inner' },
      format: { bits: format.bits, frac: format.frac - Math.log2(block) },
      initial: initial === null ? null : startSpectrum(initial, block, format.bits, groups),
    });
    return { of, slot, block, vector, happening: { semaphore: 'copied' } };
  }

  #store({ of, slot, block, vector, happening }: Spectrum, from: 'load' | 'cell'): void {
    const { load, cell, store } = this.#body;
    const full: Happening = { semaphore: from === 'load' ? 'passFull' : 'outFull' };
    (from === 'load' ? load : cell).happen(full);
    store.need(full);
    const [source, dest] = [this.#builder.frameView(of, slot), this.#builder.frameView(vector, slot)];
    store.work({ op: 'store', from: source, to: { view: dest, block } });
    store.happen(happening);
  }
}
