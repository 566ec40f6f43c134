import type { Register, RegisterField, RegisterKind } from '../control/register.ts';
import { ADDRESS_BITS, ID, mapVersion, registersOf, signalOf } from '../control/registers.ts';
import type { Design } from '../program/design.ts';
import { EsegenError } from '../util/errors.ts';
import { lit, type ModulePlan, modulePlan } from './module_plan.ts';

/** Hash of a design: RTL and config, see designHash. */
export type DesignHash = bigint;

/** A field with its register. */
interface Place {
  readonly register: Register;
  readonly field: RegisterField;
}

/** Values of constant fields, by their name in the RTL. */
export type RegisterConstants = Readonly<Record<string, number>>;

/** Those of designs of one layer. */
function layerConstants({ config, formats, dimensions: d }: Design): RegisterConstants {
  return {
    array_channels: d.channels,
    array_groups: d.groups,
    array_lanes: d.lanes,
    array_elem_lanes: d.elemLanes,
    format_weight_bits: formats.weightBits,
    format_index_bits: config.indexBits,
    format_vector_bits: formats.vectorBits,
    format_output_beat: d.beat,
    features_dram: d.dram ? 1 : 0,
    features_projection: d.projection ? 1 : 0,
    features_peepholes: d.peepholes ? 1 : 0,
    features_bus_bits: d.dram ? d.busBits : 0,
    inputs_count: d.maxInputs,
    cells_count: d.maxCells,
    outputs_count: d.maxOutputs,
  };
}

/** Value that a register reads as where all its fields are constant. */
function constantOf(register: Register, values: RegisterConstants): number {
  return register.fields.reduce((sum, field) => {
    const value = values[signalOf(register, field)];
    if (value === undefined || value >= 2 ** field.bits) {
      throw new EsegenError(`register ${register.name}.${field.name}`, `expected ${field.bits} bits, got ${value}`);
    }
    return sum + value * 2 ** field.lsb;
  }, 0);
}

function slice({ lsb, bits }: RegisterField): string {
  if (bits === 32) return '';
  return bits === 1 ? `[${lsb}]` : `[${lsb + bits - 1}:${lsb}]`;
}

function range(bits: number): string {
  return bits === 1 ? '       ' : `[${bits - 1}:0]`.padEnd(7);
}

/** Name of a counter, without the halves of its registers. */
function counterOf({ name }: Register): string {
  return name.toLowerCase().replace(/_(lo|hi)$/, '');
}

/** What a field reads as. */
function readSignal({ register, field }: Place, isLow: boolean): string {
  const name = signalOf(register, field);
  switch (field.access) {
    case 'low':
      return isLow ? `${counterOf(register)}[31:0]` : '';
    case 'high':
      return `${counterOf(register)}_hold_reg`;
    case 'rw':
    case 'w1c':
      return `${name}_reg`;
    case 'w1s':
    case 'push':
      return lit(field.bits, 0);
    default:
      return name;
  }
}

/** Columns of a printed line. */
const LINE = 120;

/** Items of a list behind each other, or in lines of their own where one line, which begins with `before`, is too short. */
function listed(items: readonly string[], before: string): string {
  const inline = `{${items.join(', ')}}`;
  const indent = ' '.repeat(16);
  if (12 + before.length + inline.length < LINE) return inline;
  return `{\n${items.map((item) => `${indent}${item}`).join(',\n')}\n${' '.repeat(12)}}`;
}

/** Labels of a case, as many a line as fit. */
function labels(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const longer = `${lines.at(-1) ?? ''}, ${name}`;
    if (lines.length > 0 && longer.length < LINE - 36) lines[lines.length - 1] = longer;
    else lines.push(name);
  }
  return lines.join(`,\n${' '.repeat(12)}`);
}

/** Concatenation that a register reads as, zeros between its fields. */
function readValue(register: Register): string {
  const parts: string[] = [];
  let next = 32;
  for (const field of register.fields.toReversed()) {
    const end = field.lsb + field.bits;
    if (end < next) parts.push(lit(next - end, 0));
    parts.push(readSignal({ register, field }, true));
    next = field.lsb;
  }
  if (next > 0) parts.push(lit(next, 0));
  return parts.length === 1 ? parts[0]! : listed(parts, `${register.name}: read_data = ;`);
}

/** Ports of a field. */
function portsOf({ register, field }: Place) {
  const name = signalOf(register, field);
  const what = `${register.name}.${field.name}.`;
  const port = (direction: string, bits: number, signal: string) => ({
    direction,
    range: bits === 1 ? '       ' : `${range(bits)}`,
    name: signal,
    what,
  });
  switch (field.access) {
    case 'const':
    case 'high':
      return [];
    case 'low':
      return [{ ...port('input ', 64, counterOf(register)), what: `${register.what}.` }];
    case 'ro':
      return [port('input ', field.bits, name)];
    case 'rw':
      return [
        port('output', field.bits, name),
        ...(field.cleared === true ? [port('input ', 1, `${name}_clear`)] : []),
      ];
    case 'w1s':
      return [port('output', 1, name)];
    case 'push':
      return [port('output', 1, `${name}_en`), port('output', field.bits, name)];
    case 'w1c':
      return [port('input ', field.bits, `${name}_set`), port('output', field.bits, name)];
  }
}

/** Register file of a design of one layer. */
export function controlRegisters(design: Design, hash: DesignHash): ModulePlan {
  return registerFile({ dram: design.dimensions.dram, network: false, sequence: false }, layerConstants(design), hash);
}

/**
 * Register file of any design, printed from its description.
 *
 * @param own values of the constant fields but those that name the design
 */
export function registerFile(kind: RegisterKind, own: RegisterConstants, hash: DesignHash): ModulePlan {
  const { major, minor } = mapVersion(kind);
  const values = {
    ...{ id_magic: ID, version_minor: minor, version_major: major },
    ...{ hash_lo_hash: Number(hash & 0xffff_ffffn), hash_hi_hash: Number(hash >> 32n) },
    ...own,
  };
  const registers = registersOf(kind);
  const places = registers.flatMap((register) => register.fields.map((field) => ({ register, field })));
  const numberBits = ADDRESS_BITS - 2;
  const view = (place: Place) => ({
    name: signalOf(place.register, place.field),
    register: place.register.name,
    slice: slice(place.field),
    bit: place.field.lsb,
    range: range(place.field.bits),
    zero: lit(place.field.bits, 0),
    cleared: place.field.cleared === true,
  });
  const having = (access: RegisterField['access']) => places.filter(({ field }) => field.access === access);
  const ports = places.flatMap(portsOf);
  const writable = registers.filter(({ fields }) => fields.some(({ access }) => /^(rw|w1s|push|w1c)$/.test(access)));
  return modulePlan('control_registers', {
    addrMsb: numberBits - 1,
    registers: registers.map((register) => ({
      name: register.name,
      addrMsb: numberBits - 1,
      hex: register.offset.toString(16).padStart(3, '0'),
      number: lit(numberBits, register.offset / 4),
      value: register.fields.every(({ access }) => access === 'const')
        ? `32'h${constantOf(register, values).toString(16).padStart(8, '0')}`
        : readValue(register),
    })),
    ports: ports.map((port, at) => ({ ...port, comma: at === ports.length - 1 ? '' : ',' })),
    stored: [...having('rw'), ...having('w1c')].map(view),
    held: having('low').map(({ register }) => ({ name: counterOf(register), register: register.name })),
    rw: having('rw').map(view),
    w1s: having('w1s').map(view),
    push: having('push').map(view),
    w1c: having('w1c').map(view),
    writable: labels(writable.map(({ name }) => name)),
  });
}
