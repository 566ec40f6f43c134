import { ADDRESS_BITS as CONTROL_BITS } from '../control/registers.ts';
import type { ExternalMemory } from '../machine/external_memory.ts';
import { type SequenceStream, WRITES_OUTSTANDING } from '../machine/sequence_stream.ts';

/** Ports of the top module that belong together, as an interface of a packaged IP. */
export interface BusInterface {
  /** Name; with `_` behind it the prefix of the ports, or the port itself where there is only one. */
  readonly name: string;
  /** Ports of the top module. */
  readonly ports: readonly string[];
  /** Abstraction type by Vivado's name, e.g. `xilinx.com:interface:axis_rtl:1.0`. */
  readonly type: string;
  /** Whether it runs on `clk`. */
  readonly clocked: boolean;
  /** Bus parameters that Vivado cannot see from the ports. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Address space of a master: bits of an address. */
  readonly space: { readonly addressBits: number } | null;
  /** Registers of a slave: bytes that they take in the address map, and bits of a register. */
  readonly page: { readonly bytes: number; readonly dataBits: number } | null;
}

const STREAM = 'xilinx.com:interface:axis_rtl:1.0';
const MEMORY_MAPPED = 'xilinx.com:interface:aximm_rtl:1.0';
const INTERRUPT = 'xilinx.com:signal:interrupt_rtl:1.0';

/** Bits of an address of external memory. */
const ADDRESS_BITS = 64;

/** Bytes of the control registers in the address map, and bits of a register. */
const CONTROL_PAGE = { bytes: 2 ** CONTROL_BITS, dataBits: 32 } as const;

const AXI_READ = [
  ...['araddr', 'arlen', 'arsize', 'arburst', 'arcache', 'arprot', 'arvalid', 'arready'],
  ...['rdata', 'rresp', 'rlast', 'rvalid', 'rready'],
];
const AXI_WRITE = [
  ...['awaddr', 'awlen', 'awsize', 'awburst', 'awcache', 'awprot', 'awvalid', 'awready'],
  ...['wdata', 'wstrb', 'wlast', 'wvalid', 'wready', 'bresp', 'bvalid', 'bready'],
];
const AXI_LITE = [
  ...['awaddr', 'awprot', 'awvalid', 'awready', 'wdata', 'wstrb', 'wvalid', 'wready', 'bresp', 'bvalid', 'bready'],
  ...['araddr', 'arprot', 'arvalid', 'arready', 'rdata', 'rresp', 'rvalid', 'rready'],
];

/** What decides the ports of a top module. */
export interface TopPorts {
  readonly channels: number;
  /** Port of the weights in external memory; null where they are on chip. */
  readonly memory: Pick<ExternalMemory, 'burstBeats' | 'outstandingBeats'> | null;
  /** Port of the sequence memory in external memory; null where it is on chip, or there is none. */
  readonly sequence: Pick<SequenceStream, 'burstLines' | 'lineBeats' | 'aheadLines'> | null;
  /** Whether output frames carry the number of their output in `tuser`. */
  readonly numbered: boolean;
}

/** Interfaces of the top module, clock and reset apart. */
export function busInterfaces({ channels, memory, sequence, numbered }: TopPorts): BusInterface[] {
  const dest = channels > 1 ? ['tdest'] : [];
  const user = numbered ? ['tuser'] : [];
  return [
    bus('s_axis', ['tdata', 'tuser', ...dest, 'tlast', 'tvalid', 'tready'], STREAM),
    bus('m_axis', ['tdata', ...user, ...dest, 'tlast', 'tvalid', 'tready'], STREAM),
    ...(memory === null ? [] : [memoryPort(memory)]),
    ...(sequence === null ? [] : [sequencePort(sequence)]),
    controlPort(),
    interrupt(),
  ];
}

function bus(name: string, signals: readonly string[], type: string): BusInterface {
  const ports = signals.map((signal) => `${name}_${signal}`);
  return { name, ports, type, clocked: true, parameters: {}, space: null, page: null };
}

/** What an interconnect must know of the port to give it the reads that it has under way. */
function memoryPort({ burstBeats, outstandingBeats }: NonNullable<TopPorts['memory']>): BusInterface {
  const parameters = {
    PROTOCOL: 'AXI4',
    READ_WRITE_MODE: 'READ_ONLY',
    MAX_BURST_LENGTH: burstBeats,
    NUM_READ_OUTSTANDING: Math.floor(outstandingBeats / burstBeats),
    SUPPORTS_NARROW_BURST: 0,
  };
  return { ...bus('m_axi', AXI_READ, MEMORY_MAPPED), parameters, space: { addressBits: ADDRESS_BITS } };
}

/** The same of the port of the sequence memory, which writes too. */
function sequencePort({ burstLines, lineBeats, aheadLines }: NonNullable<TopPorts['sequence']>): BusInterface {
  const parameters = {
    PROTOCOL: 'AXI4',
    READ_WRITE_MODE: 'READ_WRITE',
    MAX_BURST_LENGTH: burstLines * lineBeats,
    NUM_READ_OUTSTANDING: Math.floor(aheadLines / burstLines),
    NUM_WRITE_OUTSTANDING: WRITES_OUTSTANDING,
    SUPPORTS_NARROW_BURST: 0,
  };
  const signals = [...AXI_WRITE, ...AXI_READ];
  return { ...bus('m_axi_seq', signals, MEMORY_MAPPED), parameters, space: { addressBits: ADDRESS_BITS } };
}

function controlPort(): BusInterface {
  const parameters = { PROTOCOL: 'AXI4LITE' };
  return { ...bus('s_axi_ctrl', AXI_LITE, MEMORY_MAPPED), parameters, page: CONTROL_PAGE };
}

function interrupt(): BusInterface {
  const parameters = { SENSITIVITY: 'LEVEL_HIGH' };
  return { ...bus('irq', [], INTERRUPT), ports: ['irq'], clocked: false, parameters };
}
