import { spreadSteps } from '../../sim-verilator/stimuli.ts';
import type { NetworkInput } from '../../src/cycles/network/network_twin.ts';
import type { NetworkDesign } from '../../src/program/network_design.ts';

/** What the cycle model is told of utterances, by name of the input [steps, elements]: their steps, spread over batches and channels as the bench does. */
export function networkInput(
  { program, sizes }: NetworkDesign,
  utterances: readonly ReadonlyMap<string, Int16Array>[],
): NetworkInput {
  const { name, elements } = program.inputs[0]!;
  const steps = utterances.map((inputs) => inputs.get(name)!.length / elements);
  if (sizes.utterance) return { utterances: steps };
  const places = spreadSteps(steps, sizes.channels);
  const batches = Array.from({ length: places.at(-1)!.batch + 1 }, () =>
    new Array<boolean>(sizes.channels).fill(false),
  );
  for (const { batch, channel } of places) batches[batch]![channel] = true;
  return { batches };
}
