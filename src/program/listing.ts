import type { Instruction, StepAddress, Stream, TileAddress, Token } from './instruction.ts';
import { STREAMS } from './instruction.ts';
import type { Program, TimeAxis, Vector, View } from './program.ts';
import { vectorElements } from './program.ts';
import type { SlotProgram } from './slot_program.ts';

/** What a listing says of the turn of a product, or of spectra. */
const TURN_NOTES = {
  always: [],
  ahead: ['ahead, if loaded'],
  too: ['ahead as well'],
  else: ['if not ahead'],
} as const;

/** Notes behind an instruction. */
function said(notes: readonly string[]): string {
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

/** `2·t + p − 3` for terms and a constant; 0 where there are none. */
function sum(terms: readonly (readonly [number, string])[], constant = 0): string {
  const parts = [...terms.map(([factor, name]) => [factor, factor === 1 ? name : `${factor}·${name}`] as const)]
    .filter(([factor]) => factor !== 0)
    .map(([, text]) => text);
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return parts.join(' + ').replaceAll('+ -', '− ');
}

function axisName(axes: readonly TimeAxis[], axis: number): string {
  const { kind } = axes[axis]!;
  return kind === 'input' ? 'steps' : kind === 'once' ? '1' : `steps${axis}`;
}

function stepName({ t, p, offset, backward }: StepAddress): string {
  const step = sum(
    [
      [t, 't'],
      [p, 'p'],
    ],
    offset,
  );
  return backward ? `last − ${/[+−]/.test(step) ? `(${step})` : step}` : step;
}

/** `in0[t mod 2]{153}`: vector, slot where it has several, elements where they are not all of a frame. */
function viewName({ vectors, views }: Program, number: number): string {
  const view: View = views[number]!;
  const vector: Vector = vectors[view.vector]!;
  const { slot, taps, offset, pStride, qStride, rows, rowStride, run } = view;
  const place = sum(
    [
      [slot.t, 't'],
      [slot.p, 'p'],
      [taps > 1 ? slot.step : 0, 'tap'],
    ],
    slot.offset,
  );
  const frame = vector.slots === 1 ? '' : `[${/[+−]/.test(place) ? `(${place})` : place} mod ${vector.slots}]`;
  const elements = vectorElements(vector);
  const whole = offset === 0 && pStride === 0 && qStride === 0 && rows * run === elements;
  const start = sum(
    [
      [pStride, 'p'],
      [qStride, 'q'],
    ],
    offset,
  );
  const runs = rows === 1 ? '' : ` ×${rows} every ${rowStride}`;
  const part = whole ? '' : `{${start} … +${run}${runs}}`;
  return `${vector.name}${frame}${part}${taps === 1 ? '' : ` taps 0…${taps - 1}`}`;
}

function tileName({ base, t, p, q }: TileAddress): string {
  const place = sum(
    [
      [t, 't'],
      [p, 'p'],
      [q, 'q'],
    ],
    base,
  );
  return t + p + q === 0 ? `tile ${base}` : `tile (${place}) mod 2`;
}

/** Semaphores of a tile go by the name of their pair where the instruction has a tile. */
function tokens(kind: string, list: readonly Token[], ofTile: boolean): string {
  if (list.length === 0) return '';
  const names = list.map(({ semaphore, count }) => {
    const name = ofTile ? semaphore.replace(/^(tile\w+)0$/, '$1') : semaphore;
    return count === 1 ? name : `${count}×${name}`;
  });
  return `${kind} ${names.join(', ')}`;
}

function workOf(program: Program, instruction: Instruction): string {
  const { inputs, outputs, sequences, segments, parameters, slotPrograms } = program;
  switch (instruction.op) {
    case 'load': {
      const { from, to } = instruction;
      const source =
        'input' in from
          ? `input ${inputs[from.input]!.name}`
          : `${sequences[from.sequence]!.name}(${stepName(from.step)})`;
      return `load  ${viewName(program, to)} ← ${source}`;
    }
    case 'store': {
      const { from, to } = instruction;
      const target =
        'output' in to
          ? `output ${outputs[to.output]!.name}`
          : 'view' in to
            ? `${viewName(program, to.view)}${to.block === null ? '' : ` spectra of ${to.block}`}${said(TURN_NOTES[to.turn])}`
            : `${sequences[to.sequence]!.name}(${stepName(to.step)})`;
      return `store ${target} ← ${viewName(program, from)}`;
    }
    case 'mac': {
      const { segment, source, align, tile, previous, chain, turn } = instruction;
      const { name, rows, columns, block, kindsTurned } = segments[segment]!;
      const shift = align === 0 ? '' : ` << ${align}`;
      const notes = [
        ...(previous ? ['step before'] : []),
        ...(chain === 'none' ? [] : ['chained']),
        ...TURN_NOTES[turn],
      ];
      return `mac   ${tileName(tile)} += ${name} [${rows}×${columns}${block === null ? '' : `, spectra of ${block}${kindsTurned ? ', kinds turned' : ''}`}] · ${viewName(program, source)}${shift}${said(notes)}`;
    }
    case 'cell': {
      const { slotProgram, parameters: own, tile, cells, state, to, block, kindsTurned, drop } = instruction;
      const kept = state === null ? '' : `, state ${viewName(program, state)}`;
      const what = `${slotPrograms[slotProgram]!.kind}#${slotProgram}, ${parameters[own]!.name}`;
      const inverse =
        block === null ? '' : `, inverse of ${block}${kindsTurned ? ', kinds turned' : ''} behind >> ${drop}`;
      return `cell  ${viewName(program, to)} ← ${tileName(tile)} [${cells}]${inverse} by ${what}${kept}`;
    }
    case 'sync':
      return 'sync ';
    default:
      return '';
  }
}

/** Instructions of a stream, a line each, loops indented. */
export function streamListing(program: Program, stream: Stream): string[] {
  let depth = 0;
  return program.streams[stream].map((instruction: Instruction, at) => {
    if (instruction.op === 'end') depth--;
    const indent = '  '.repeat(depth);
    const number = String(at).padStart(4);
    if (instruction.op === 'end') return `${number}  ${indent}end`;
    if (instruction.op === 'loop') {
      depth++;
      const { counter, rounds } = instruction;
      const end = typeof rounds === 'number' ? rounds : axisName(program.axes, rounds.axis);
      return `${number}  ${indent}loop ${counter} < ${end}`;
    }
    const ofTile = 'tile' in instruction;
    const order = [tokens('wait', instruction.waits, ofTile), tokens('post', instruction.posts, ofTile)].filter(
      (text) => text !== '',
    );
    const work = workOf(program, instruction).trimEnd();
    return `${number}  ${indent}${work}${order.length === 0 ? '' : `   [${order.join('; ')}]`}`;
  });
}

function slotText(slot: SlotProgram): string {
  return Object.entries(slot)
    .filter(([key, value]) => key !== 'kind' && value !== null)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? fixedText(value) : value}`)
    .join(', ');
}

function fixedText(value: object): string {
  if ('bits' in value && 'frac' in value) return `${value.bits}.${value.frac}`;
  return Object.values(value).join(' ');
}

function vectorLine({
  name,
  role,
  base,
  slots,
  slotWords,
  replicated,
  channels,
  positions,
  halo,
  strides,
  format,
}: Vector): string {
  const shape = [channels, ...positions].join('×');
  const border = halo.some(([a, b]) => a + b > 0) ? `, halo ${halo.map(([a, b]) => `${a}+${b}`).join(' ')}` : '';
  const pitch = positions.length === 0 || strides.at(-1) === channels ? '' : `, ${strides.at(-1)} a position`;
  const place = `${base} … ${base + slots * slotWords - 1}`;
  const how = `${slots === 1 ? '' : `${slots} slots of ${slotWords}, `}${role}${replicated ? ', in every group' : ''}`;
  return `  ${name.padEnd(22)} ${place.padEnd(16)} [${shape}]${pitch}${border}, ${format.bits}.${format.frac} bits, ${how}`;
}

/** The program as text that a person can follow: what lies where, then the four streams. docs/program.md explains it. */
export function programListing(program: Program): string {
  const { machine, mode, axes, inputs, outputs, vectors, sequences, segments, weights, slotPrograms, states } = program;
  const axisLines = axes.flatMap((axis, number) => {
    if (axis.kind !== 'window') return [];
    const { kernel, stride, before, after } = axis.window;
    const of = axisName(axes, axis.of);
    return [`  ${axisName(axes, number)}: windows of ${kernel} over ${of}, stride ${stride}, ${before}+${after} zeros`];
  });
  const ports = (kind: string, list: Program['inputs']) =>
    list.map(
      ({ name, elements, format }) => `  ${kind} ${name}: ${elements} elements, ${format.bits}.${format.frac} bits`,
    );
  const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : ['', title, ...lines]);
  return [
    `program, ${mode}; ${machine.channels} x ${machine.groups} x ${machine.lanes}, tiles of ${machine.tileRows} rows a PE; ${segments.length} segments, ${weights} weights`,
    ...section('ports', [...ports('input', inputs), ...ports('output', outputs)]),
    ...section('steps', axisLines),
    ...section('vectors (words of a group)', vectors.map(vectorLine)),
    ...section(
      'states',
      states.map(({ node, part, vector }) => `  ${node}.${part}: ${vectors[vector]!.name}`),
    ),
    ...section(
      'sequences',
      sequences.map(({ name, elements, axis }) => `  ${name}: ${elements} elements × ${axisName(axes, axis)}`),
    ),
    ...section(
      'slot programs',
      slotPrograms.map((slot, number) => `  ${slot.kind}#${number}: ${slotText(slot)}`),
    ),
    ...STREAMS.flatMap((stream) => section(stream.toUpperCase(), streamListing(program, stream))),
    '',
  ].join('\n');
}

/** The program as JSON: everything but weights, biases and tables. */
export function programJson(program: Program): unknown {
  const { tables, segments, parameters, vectors, inputs, outputs, ...rest } = program;
  const port = ({ order: _order, ...own }: Program['inputs'][number]) => own;
  return {
    kind: 'program',
    ...rest,
    inputs: inputs.map(port),
    outputs: outputs.map(port),
    vectors: vectors.map(({ initial, ...vector }) => ({ ...vector, initial: initial !== null })),
    segments: segments.map(({ values: _values, ...segment }) => segment),
    parameters: parameters.map(({ name, bias, peepholes }) => ({
      name,
      rows: bias.length,
      peepholes: peepholes !== null,
    })),
    tables: { sigmoidRange: tables.sigmoidRange, tanhRange: tables.tanhRange },
  };
}
