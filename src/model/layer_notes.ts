import type { Activation, CellRule, ConvLayer, GruLayer, HostOperation, Layer, LstmLayer } from './graph.ts';

/** What is particular about a layer beside its kind and its sizes, in a few words each. */
export function layerNotes(layer: Layer): readonly string[] {
  switch (layer.kind) {
    case 'lstm':
      return lstmNotes(layer);
    case 'gru':
      return gruNotes(layer);
    case 'linear':
      return layer.activation === null ? [] : [activationName(layer.activation)];
    case 'conv':
      return convNotes(layer);
    case 'activation':
      return [activationName(layer.activation)];
    case 'pick':
      return [`${layer.at} step`];
    case 'host':
      return [hostName(layer.operation)];
    default:
      return [];
  }
}

/** An activation function with its numbers. */
export function activationName(activation: Activation): string {
  const short = (value: number) => String(Number(value.toPrecision(6)));
  switch (activation.kind) {
    case 'clip':
      return `clip ${short(activation.low)} to ${short(activation.high)}`;
    case 'hardSigmoid':
      return `hard sigmoid ${short(activation.alpha)} x + ${short(activation.beta)}`;
    case 'leakyRelu':
      return `leaky relu ${short(activation.alpha)}`;
    default:
      return activation.kind;
  }
}

function lstmNotes({ cells, projection, peepholes, cell, reverse, initial }: LstmLayer): string[] {
  return [
    `${cells} cells`,
    ...(projection === null ? [] : ['projection']),
    ...(peepholes === null ? [] : ['peepholes']),
    ...directionNotes(reverse, initial !== null),
    ...cellNotes(cell),
  ];
}

function gruNotes({ cells, resetAfter, reverse, initial, gate, candidate, clip }: GruLayer): string[] {
  return [
    `${cells} cells`,
    `reset ${resetAfter ? 'after' : 'before'} the product`,
    ...directionNotes(reverse, initial !== null),
    ...functionNotes([
      ['gates', gate, 'sigmoid'],
      ['candidate', candidate, 'tanh'],
    ]),
    ...clipNotes('clip', clip),
  ];
}

function directionNotes(reverse: boolean, hasInitial: boolean): string[] {
  return [...(reverse ? ['reverse'] : []), ...(hasInitial ? ['initial state'] : [])];
}

function cellNotes({ gate, candidate, output, clip, cellClip, couplesGates }: CellRule): string[] {
  return [
    ...functionNotes([
      ['gates', gate, 'sigmoid'],
      ['candidate', candidate, 'tanh'],
      ['output', output, 'tanh'],
    ]),
    ...clipNotes('clip', clip),
    ...clipNotes('cell state', cellClip),
    ...(couplesGates ? ['coupled gates'] : []),
  ];
}

function functionNotes(functions: readonly (readonly [string, Activation, Activation['kind']])[]): string[] {
  return functions
    .filter(([, { kind }, usual]) => kind !== usual)
    .map(([place, activation]) => `${place} ${activationName(activation)}`);
}

function clipNotes(what: string, limit: number): string[] {
  return Number.isFinite(limit) ? [`${what} within ±${Number(limit.toPrecision(6))}`] : [];
}

function convNotes({ space, time, groups, activation }: ConvLayer): string[] {
  const windows = [...space, time];
  const list = (of: (window: (typeof windows)[number]) => number | string) => windows.map(of).join(' x ');
  const pads = windows.map(({ before, after }) => (before === after ? String(before) : `${before}+${after}`));
  return [
    `kernel ${list(({ kernel }) => kernel)}`,
    ...(windows.some(({ stride }) => stride !== 1) ? [`stride ${list(({ stride }) => stride)}`] : []),
    ...(pads.some((pad) => pad !== '0') ? [`padding ${pads.join(' x ')}`] : []),
    ...(windows.some(({ dilation }) => dilation !== 1) ? [`dilation ${list(({ dilation }) => dilation)}`] : []),
    ...(groups === 1 ? [] : [`${groups} groups`]),
    ...(activation === null ? [] : [activationName(activation)]),
  ];
}

function hostName(operation: HostOperation): string {
  switch (operation.op) {
    case 'reflectPad':
      return `reflect pad ${operation.before} + ${operation.after}`;
    case 'mean':
    case 'sum':
    case 'max':
      return `${operation.op} over axes ${operation.axes.join(', ')}`;
    default:
      return operation.op;
  }
}
