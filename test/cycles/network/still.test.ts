import { afterEach, expect, test, vi } from 'vitest';
import { SequencerTwin } from '../../../src/cycles/network/sequencer.ts';
import { networkTimes } from '../../../src/report/network_report.ts';
import { randomConvolutions } from '../../golden/random_quantized.ts';
import { circulantDesign } from '../../lib/circulant_design.ts';
import { randomNetworkDesign } from '../../lib/random_network_design.ts';

afterEach(() => vi.restoreAllMocks());

// Where only the groups of MAC go on, the other units are not asked: they would change nothing.
test.each([
  ['network', [3, 12, 27, 30, 37, 44]],
  ['convolutions', [11, 22, 37, 44]],
  ['blocks', [2, 5, 10]],
] as const)('a run that leaves out units that stand still is that of all units in all cycles: %s', (kind, seeds) => {
  for (const seed of seeds) {
    const { design } =
      kind === 'blocks'
        ? circulantDesign(seed)
        : randomNetworkDesign(seed, ...(kind === 'network' ? [] : [randomConvolutions]));
    const quick = networkTimes(design);
    vi.spyOn(SequencerTwin.prototype, 'still', 'get').mockReturnValue(false);
    expect(networkTimes(design), `seed ${seed}`).toEqual(quick);
    vi.restoreAllMocks();
  }
});
