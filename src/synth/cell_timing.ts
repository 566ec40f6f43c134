import { type Bit, binaryNumber, type Cell } from './netlist.ts';
import { cellKind } from './primitives.ts';

/** A combinational way through a primitive. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  /** Over dedicated wires: carry chains and wide multiplexers. */
  readonly fast: boolean;
}

/** Where paths pass, begin and end in a primitive; bits of the module that holds it. */
export interface CellTiming {
  readonly arcs: readonly Arc[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A bit of a port of a cell. */
interface PortBit {
  readonly port: string;
  readonly at: number;
  readonly bit: number;
}

/** Finds them for a primitive. */
export function timingArcs(cell: Cell): CellTiming {
  const inputs = bitsOf(cell, 'input');
  const outputs = bitsOf(cell, 'output');
  const ways = (passes: (input: PortBit, output: PortBit) => boolean, fast: boolean): Arc[] =>
    inputs.flatMap((input) =>
      outputs.filter((output) => passes(input, output)).map((output) => ({ from: input.bit, to: output.bit, fast })),
    );
  const bits = (list: readonly PortBit[]) => list.map(({ bit }) => bit);
  switch (cellKind(cell.type)) {
    case 'logic':
      return { arcs: ways(() => true, false), starts: [], ends: [] };
    case 'fast':
      return { arcs: ways(() => true, true), starts: [], ends: [] };
    case 'carry':
      return { arcs: ways(carries, true), starts: [], ends: [] };
    case 'memory':
      return { arcs: ways(reads, false), starts: bits(outputs), ends: bits(inputs) };
    case 'dsp':
      return timingOfDsp(cell, inputs, outputs, ways);
    case 'register':
      return { arcs: [], starts: bits(outputs), ends: bits(inputs) };
  }
}

function bitsOf({ port_directions, connections }: Cell, direction: 'input' | 'output'): PortBit[] {
  return Object.entries(connections).flatMap(([port, bits]) =>
    port_directions?.[port] === direction
      ? bits.flatMap((bit: Bit, at): PortBit[] => (typeof bit === 'number' ? [{ port, at, bit }] : []))
      : [],
  );
}

/** Outputs of a carry block depend on the carry in and on operands of the same and lower bits. */
function carries(input: PortBit, output: PortBit): boolean {
  if (input.port === 'DI') return output.port === 'CO' ? input.at <= output.at : input.at < output.at;
  return input.port !== 'S' || input.at <= output.at;
}

/** A read address reaches the output of its own port. */
function reads(input: PortBit, output: PortBit): boolean {
  const port = /^ADDR([A-H])$/.exec(input.port)?.[1];
  if (port !== undefined) return output.port === `DO${port}`;
  if (/^DPRA\d?$/.test(input.port)) return output.port === 'DPO';
  return /^A\d?$/.test(input.port) && /^(O|SPO|Q)$/.test(output.port);
}

/** A multiplier is combinational where it has no register on the way, and clocked where it has any. */
function timingOfDsp(
  { parameters }: Cell,
  inputs: readonly PortBit[],
  outputs: readonly PortBit[],
  ways: (passes: (input: PortBit, output: PortBit) => boolean, fast: boolean) => Arc[],
): CellTiming {
  const has = (register: string) => binaryNumber(parameters[register]) > 0;
  const passes = ({ port }: PortBit) =>
    !has('PREG') &&
    ((/^[AB]$/.test(port) && !has(`${port}REG`) && !has('MREG')) ||
      (port === 'C' && !has('CREG')) ||
      /^(PCIN|CARRYIN)$/.test(port));
  const clocked = ['AREG', 'BREG', 'CREG', 'MREG', 'PREG'].some(has);
  return {
    arcs: ways((input, output) => passes(input) && /^P(COUT)?$/.test(output.port), false),
    starts: clocked ? outputs.map(({ bit }) => bit) : [],
    ends: clocked ? inputs.filter((input) => !passes(input)).map(({ bit }) => bit) : [],
  };
}
