import type { Register } from '../control/register.ts';
import type { ModulePlan } from '../hdl/module_plan.ts';
import { renderTemplate } from '../hdl/render.ts';
import type { Config } from '../machine/config.ts';
import { VERSION } from '../util/version.ts';
import type { BusInterface } from './interfaces.ts';
import { registerTable } from './register_table.ts';
import type { StaticPath } from './static_registers.ts';

/** What the scripts say of a design, whatever runs on it. */
export interface VivadoDesign {
  readonly config: Pick<Config, 'name' | 'part' | 'clockMHz'>;
  /** What it is, in one line; library of its VLNV. */
  readonly description: string;
  readonly library: 'lstm' | 'network';
  readonly interfaces: readonly BusInterface[];
  readonly registers: readonly Register[];
  readonly statics: readonly StaticPath[];
}

/** What the scripts name. */
export interface VivadoSources {
  /** Verilog files, modules before their users; paths in the design directory. */
  readonly rtl: readonly string[];
  /** Memory files; paths in the design directory. */
  readonly mem: readonly string[];
  /** C header and driver; paths in the design directory. */
  readonly sw: readonly string[];
}

/** Share of a period that is kept for jitter and skew of the clock, and for what is outside of a port. */
const UNCERTAINTY = 0.02;
const PORT_BUDGET = 0.5;

/** What makes the C driver one that Xilinx's tools take along with the IP. */
const DRIVER_FILES = ['driver.mdd', 'driver.tcl', 'Makefile'];

const SCRIPTS = ['sources.tcl', 'create_project.tcl', 'memories.tcl', 'package_ip.tcl'];

/** Everything that takes a design to Vivado, and its description for FuseSoC: path in the design directory → content. */
export function vivadoFiles(design: VivadoDesign, sources: VivadoSources): Map<string, string> {
  const values = templateValues(design, sources);
  const { name } = design.config;
  return new Map([
    ...SCRIPTS.map((file) => [`vivado/${file}`, renderTemplate(`${file}.hbs`, values)] as const),
    [`vivado/${name}.xdc`, renderTemplate('constraints.xdc.hbs', values)],
    [`vivado/${name}_ooc.xdc`, renderTemplate('constraints_ooc.xdc.hbs', values)],
    ...DRIVER_FILES.map((file) => {
      return [`vivado/driver/${file.replace('driver', name)}`, renderTemplate(`ip_${file}.hbs`, values)] as const;
    }),
    [`${name}.core`, renderTemplate('fusesoc.core.hbs', values)],
  ]);
}

function templateValues(
  { config, description, library, interfaces, registers, statics }: VivadoDesign,
  { rtl, mem, sw }: VivadoSources,
): ModulePlan['values'] {
  const period = 1000 / config.clockMHz;
  return {
    name: config.name,
    prefix: config.name.toUpperCase(),
    version: VERSION,
    part: config.part,
    clockMHz: config.clockMHz,
    period: period.toFixed(3),
    uncertainty: (UNCERTAINTY * period).toFixed(3),
    budget: (PORT_BUDGET * period).toFixed(3),
    description,
    library,
    rtl: rtl.map((path) => ({ path })),
    mem: mem.map((path) => ({ path })),
    sw: sw.map((path) => ({ path })),
    registers: registerTable(registers),
    statics: statics.map((path) => ({ ...path })),
    interfaces: interfaces.map(interfaceValues),
  };
}

/** Words of a line of a Tcl list. */
const WORDS_A_LINE = 4;

/** A Tcl list of many words: in lines of its own, where one does not hold it. */
function tclList(words: readonly (string | number)[]): string {
  if (words.length <= WORDS_A_LINE) return words.join(' ');
  const lines = words.flatMap((_, at) => (at % WORDS_A_LINE === 0 ? [words.slice(at, at + WORDS_A_LINE)] : []));
  return `\n${lines.map((line) => `    ${line.join(' ')}\n`).join('')}`;
}

/** An interface as Tcl takes it: lists are words with white space between them, what is not there is false. */
function interfaceValues({ name, ports, type, clocked, parameters, space, page }: BusInterface) {
  return {
    name,
    type,
    clocked,
    ports: tclList(ports),
    parameters: tclList(Object.entries(parameters).flat()),
    addressBits: space?.addressBits ?? false,
    page: page?.bytes ?? false,
    dataBits: page?.dataBits ?? false,
  };
}
