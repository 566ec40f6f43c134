import { generate } from '../src/design/generate.ts';
import { LINT_DESIGNS, LINT_TOP, type LintDesign, lintDesign } from './lint_designs.ts';
import type { MappedSource } from './mapped_modules.ts';
import type { MappedPes } from './mapping.ts';

/** A design that is mapped, and what its PEs must be. */
export interface MappedDesign {
  readonly title: string;
  readonly source: MappedSource;
  readonly pes: MappedPes;
}

function ofLayer(design: LintDesign): MappedDesign {
  const compilation = lintDesign(design);
  const files = generate(compilation, { layer: compilation.layer, outputLayer: null }, { norm: null, labels: null });
  return { title: design.title, source: { files, top: LINT_TOP, family: 'xcu' }, pes: compilation.design.dimensions };
}

/** Designs alike in their name, so that they share modules. */
export const MAPPED_DESIGNS: readonly MappedDesign[] = LINT_DESIGNS.filter(({ mapped }) => mapped).map(ofLayer);
