import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';

/** Sizes of a small design, for tests of single blocks. */
export function testSizes(own: Partial<NetworkSizes> = {}): NetworkSizes {
  const groups = own.groups ?? 2;
  const elemLanes = own.elemLanes ?? 2;
  return {
    ...{
      channels: 1,
      groups,
      lanes: 4,
      elemLanes,
      inputBeat: 1,
      beat: 1,
      vectorBits: 16,
      elementBits: own.vectorBits ?? 16,
      weightBits: 8,
      indexBits: 4,
      actBits: 17,
    },
    ...{ slice: Math.max(1, elemLanes / groups), spread: Math.max(1, groups / elemLanes) },
    ...{
      accBits: 32,
      saturate: false,
      biasBits: 32,
      peepholes: true,
      sumBits: 34,
      tileRows: 64,
      rowBits: 4,
      fifoDepth: 4,
    },
    ultra: false,
    external: null,
    ...{
      vmemWords: 64,
      startDepth: 0,
      replicated: true,
      weightDepth: 64,
      addrBits: 6,
      pointerDepth: 64,
      pointerBits: 6,
      countBits: 5,
    },
    ...{ sharedCounts: false, inStep: false, paramDepth: 64, programDepth: { load: 16, mac: 16, cell: 16, store: 16 } },
    ...{
      utterance: false,
      axes: 2,
      stateDepth: 0,
      sequenceWords: 0,
      sequenceStream: null,
      kinds: ['lstm', 'affine'],
      blocks: [],
      sigmoidRange: 8,
      tanhRange: 4,
    },
    ...own,
  };
}
