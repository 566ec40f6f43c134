import type { Formats } from '../machine/formats.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';
import type { Design } from '../program/design.ts';
import { type Dimensions, placementIn } from '../program/dimensions.ts';
import { EsegenError } from '../util/errors.ts';
import { sumBitsFor } from './quantize.ts';

/** Hardware that exists: what a design says of it. */
export type Hardware = Pick<Design, 'config' | 'dimensions' | 'formats'>;

/** One thing that a model needs and hardware has. */
interface Need {
  readonly what: string;
  readonly needs: number;
  readonly has: number;
  readonly fix: string;
}

function check(needs: readonly Need[]): void {
  const missing = needs.find(({ needs: need, has }) => need > has);
  if (missing === undefined) return;
  const { what, needs: need, has, fix } = missing;
  throw new EsegenError('model', `needs ${need} ${what}, the hardware has ${has}`, fix);
}

const LARGER = 'Build the hardware with a larger maximum in its config';

/**
 * Whether hardware that exists takes a layer of this shape: the first question, before any number of it is looked at.
 *
 * @throws EsegenError where it has another kind of cell, or is too small
 */
export function checkShape(layer: StackedLayer, hardware: Dimensions): void {
  const own = { projection: layer.weightP !== null, peepholes: layer.peepholes !== null };
  for (const part of ['projection', 'peepholes'] as const) {
    if (own[part] === hardware[part]) continue;
    const [model, other] = own[part] ? ['', 'no '] : ['no ', ''];
    throw new EsegenError(
      'model',
      `has ${model}${part}, the hardware has ${other}${part}`,
      'Build hardware for this model',
    );
  }
  check([
    { what: 'inputs', needs: layer.inputs, has: hardware.maxInputs, fix: LARGER },
    { what: 'cells', needs: layer.cells, has: hardware.maxCells, fix: LARGER },
    { what: 'outputs', needs: layer.outputs, has: hardware.maxOutputs, fix: LARGER },
  ]);
}

/**
 * Formats of a model on hardware that exists: its fractions and shifts, the hardware's widths.
 *
 * @param model formats as narrow as the model allows, its aligned activations no wider than the hardware's
 * @throws EsegenError where a width of the hardware is too small
 */
export function fitFormats(model: Formats, { config, formats, dimensions }: Hardware): Formats {
  const { accBits, actBits, biasBits, sumBits } = formats;
  const fix = 'Build the hardware for this model, or with a larger accumulatorBits';
  const peepholes = dimensions.peepholes ? model.peepShift : null;
  check([
    { what: 'bits of an accumulator', needs: model.accBits, has: accBits, fix },
    { what: 'bits of a bias', needs: model.biasBits, has: biasBits, fix },
    {
      what: 'bits of a gate sum',
      needs: sumBitsFor({ ...config, groups: config.array.groups, accBits, biasBits, peepShift: peepholes }),
      has: sumBits,
      fix,
    },
  ]);
  return { ...model, accBits, actBits, biasBits, sumBits };
}

/**
 * Dimensions of a model on hardware that exists and takes its shape.
 *
 * @param own dimensions of hardware for this model alone
 * @throws EsegenError where the model does not fit
 */
export function fitDimensions(own: Dimensions, hardware: Dimensions): Dimensions {
  if (hardware.sharedCounts && !own.sharedCounts) {
    const fix = 'Prune it column-balanced, as the model was for which the hardware was built';
    throw new EsegenError('model', 'has different word counts in its lanes, the hardware shares them', fix);
  }
  check([
    { what: 'bits of a word count', needs: own.countBits, has: hardware.countBits, fix: LARGER },
    ...(own.dram
      ? [{ what: 'bits of a beat number', needs: own.beatBits, has: hardware.beatBits, fix: LARGER }]
      : [{ what: 'words in a weight memory', needs: own.weightDepth, has: hardware.weightDepth, fix: LARGER }]),
  ]);
  return { ...hardware, ...placementIn(own) };
}
