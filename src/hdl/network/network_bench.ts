import { readFileSync } from 'node:fs';
import { maskOf, registerOf } from '../../control/registers.ts';
import { moduleName } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import type { SequenceStream } from '../../machine/sequence_stream.ts';
import { STREAMS } from '../../program/instruction.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import { renderTemplate } from '../render.ts';
import { destBits } from './streams.ts';

const VERILATOR_MAIN = new URL('../../../sim-verilator/main.cpp', import.meta.url);

/** Cycles behind the last beat that is expected, in which none may follow. */
const AFTER = 200;

/** Test bench of a network design by file name (in `tb/`): the bench itself and its clocks for Icarus and for Verilator. */
export function networkBenchFiles({ name, sizes, weights }: NetworkDesign): Map<string, string> {
  const { channels, groups, lanes, inStep, inputBeat, beat, external, sequenceStream } = sizes;
  const busBits = external?.busBits ?? 0;
  const bench = renderTemplate('network/network_bench.v.hbs', {
    name,
    channels,
    groups,
    lanes,
    feeds: inStep ? 1 : lanes,
    single: channels === 1,
    inputBeat,
    beat,
    after: AFTER,
    destWidth: destBits(sizes),
    destMsb: destBits(sizes) - 1,
    dram: external !== null,
    busBits,
    sequencePort: sequenceStream !== null,
    sequenceBits: sequenceStream?.busBits ?? 0,
    elsewhere: external !== null || sequenceStream !== null,
    units: STREAMS.map((stream) => ({ unit: stream.toUpperCase(), path: sequencerOf(stream) })),
  });
  const hex = (register: string) => registerOf(register).offset.toString(16);
  const starts = [
    ...(external === null ? [] : [['BASE_LO', 'BASE[31:0]'] as const, ['BASE_HI', 'BASE[63:32]'] as const]),
    ...(sequenceStream === null
      ? []
      : [['SEQUENCE_BASE_LO', 'SEQUENCE[31:0]'] as const, ['SEQUENCE_BASE_HI', 'SEQUENCE[63:32]'] as const]),
  ];
  const master = {
    name,
    starts: starts.map(([register, value], number) => ({ name: register, number, offset: hex(register), value })),
    control: hex('CONTROL'),
    run: maskOf('CONTROL', 'run'),
    startAt: starts.length,
  };
  return new Map([
    [`${moduleName(name, 'bench')}.v`, bench],
    [`${moduleName(name, 'control_master')}.v`, renderTemplate('network/control_master.v.hbs', master)],
    ...(weights === null ? [] : [memoryFile(name, busBits, weights)]),
    ...(sequenceStream === null ? [] : [sequenceFile(name, sizes, sequenceStream)]),
    [`${moduleName(name, 'icarus_tb')}.v`, renderTemplate('icarus_tb.v.hbs', { name })],
    ['main.cpp', readFileSync(VERILATOR_MAIN, 'utf8')],
  ]);
}

/** Model of external memory with the image of the weights. */
function memoryFile(name: string, busBits: number, weights: Uint8Array): readonly [string, string] {
  const imageBeats = (8 * weights.length) / busBits;
  return [`${moduleName(name, 'axi_memory')}.v`, renderTemplate('axi_memory.v.hbs', { name, busBits, imageBeats })];
}

/** Model of external memory for the sequences. */
function sequenceFile(
  name: string,
  { sequenceWords }: NetworkSizes,
  { busBits, lineBeats }: SequenceStream,
): readonly [string, string] {
  const values = { name, busBits, sequenceBeats: sequenceWords * lineBeats };
  return [`${moduleName(name, 'axi_sequence')}.v`, renderTemplate('network/axi_sequence.v.hbs', values)];
}

/** Where the sequencer of a unit stands in the hierarchy. */
function sequencerOf(stream: (typeof STREAMS)[number]): string {
  const core = 'dut.u_network_core';
  return stream === 'load' || stream === 'store'
    ? `${core}.u_${stream}_unit.u_${stream}_sequencer`
    : `${core}.u_${stream}_sequencer`;
}
