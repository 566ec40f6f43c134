import { readFileSync } from 'node:fs';
import type { Register } from '../control/register.ts';
import { maskOf, registerOf } from '../control/registers.ts';
import { moduleName } from '../machine/names.ts';
import { feedsOf } from '../machine/sizes.ts';
import type { Design } from '../program/design.ts';
import { renderTemplate } from './render.ts';

const VERILATOR_MAIN = new URL('../../sim-verilator/main.cpp', import.meta.url);

/** Offset of a register, three hexadecimal digits. */
function hex({ offset }: Register): string {
  return offset.toString(16).padStart(3, '0');
}

/** Test bench of a design by file name (in `tb/`): the bench itself and its clocks for Icarus and for Verilator. */
export function benchFiles({ config, dimensions }: Design): Map<string, string> {
  const { name } = config;
  const bench = renderTemplate('bench.v.hbs', {
    name,
    inputs: dimensions.inputs,
    outputs: dimensions.outputs,
    channels: dimensions.channels,
    groups: dimensions.groups,
    single: dimensions.channels === 1,
    beat: dimensions.beat,
    destWidth: dimensions.destBits,
    destMsb: dimensions.destBits - 1,
    lanes: dimensions.lanes,
    feeds: feedsOf(dimensions),
    elemLanes: dimensions.elemLanes,
    dram: dimensions.dram,
    busBits: dimensions.busBits,
  });
  const memory = {
    name,
    busBits: dimensions.busBits,
    imageBeats: dimensions.imageBeats,
  };
  const master = {
    name,
    dram: dimensions.dram,
    control: hex(registerOf('CONTROL')),
    run: maskOf('CONTROL', 'run'),
    softReset: maskOf('CONTROL', 'soft_reset'),
    baseLo: hex(registerOf('BASE_LO')),
    baseHi: hex(registerOf('BASE_HI')),
  };
  const file = (block: string) => `${moduleName(name, block)}.v`;
  return new Map([
    [file('bench'), bench],
    [file('control_master'), renderTemplate('control_master.v.hbs', master)],
    ...(dimensions.dram ? [[file('axi_memory'), renderTemplate('axi_memory.v.hbs', memory)] as const] : []),
    [file('icarus_tb'), renderTemplate('icarus_tb.v.hbs', { name })],
    ['main.cpp', readFileSync(VERILATOR_MAIN, 'utf8')],
  ]);
}
