import type { DesignHash } from '../hdl/control_registers.ts';
import type { ModulePlan } from '../hdl/module_plan.ts';
import { sequenceBytes } from '../machine/sequence_stream.ts';
import { weightsSum } from '../program/image_words.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import { vectorElements } from '../program/program.ts';
import { commonHeader, type DriverKind, frameBytes } from './header_file.ts';
import { aligned, type Define } from './register_defines.ts';

/**
 * What the C header of a network design prints: sizes and formats of the network in it. Names of inputs, outputs and layers come from a
 * model file, so they have numbers instead.
 *
 * @param hash by which driver and hardware know each other
 */
export function networkHeaderValues(
  { config, program, sizes, weights }: NetworkDesign,
  hash: DesignHash,
): ModulePlan['values'] {
  const { inputs, outputs, vectors, machine, mode } = program;
  const prefix = config.name.toUpperCase();
  const sequence = sizes.sequenceStream !== null;
  const states = sizes.stateDepth === 0 ? [] : program.states;
  const define = (name: string, value: number): Define => ({ name: `${prefix}_${name}`, value: `${value}` });
  const frames = (kind: 'INPUT' | 'OUTPUT', ports: typeof inputs) =>
    ports.flatMap(({ elements, format }, number) => [
      define(`${kind}${number}_ELEMENTS`, elements),
      define(`${kind}${number}_FRACTION_BITS`, format.frac),
      define(`${kind}${number}_FRAME_BYTES`, frameBytes(elements, kind === 'INPUT' ? sizes.inputBeat : sizes.beat)),
    ]);
  return {
    ...commonHeader(config, sizes, { network: true, sequence }, hash, weights === null ? null : weightsSum(weights)),
    sequenceBytes: sequenceBytes(sizes),
    utterance: sizes.utterance,
    inputs: inputs.length,
    outputs: outputs.length,
    states: states.length,
    maxSteps: mode === 'utterance' ? machine.maxSteps : 0,
    ports: aligned([...frames('INPUT', inputs), ...frames('OUTPUT', outputs)]),
    stateParts: states.map(({ part }, number) => ({ number, part })),
    stateDefines: aligned(
      states.flatMap(({ vector }, number) => [
        define(`STATE${number}_ELEMENTS`, vectorElements(vectors[vector]!)),
        define(`STATE${number}_FRACTION_BITS`, vectors[vector]!.format.frac),
      ]),
    ),
  };
}

/** What the C driver of a network design depends on. */
export function networkDriver({ sizes }: NetworkDesign): DriverKind {
  return {
    dram: sizes.external !== null,
    network: true,
    utterance: sizes.utterance,
    states: sizes.stateDepth > 0,
    sequence: sizes.sequenceStream !== null,
  };
}
