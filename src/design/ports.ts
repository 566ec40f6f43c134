import { z } from 'zod';
import type { Graph, Node, Port, PortAxis, StateBinding, StatePort, TensorId } from '../model/graph.ts';
import { EsegenError } from '../util/errors.ts';
import { REBUILD } from './files.ts';

/** A name of the model file. */
const name = z.string().min(1).max(1000);

/** Axes with one for the elements, and at most one each for time and the voices. */
const axes = z
  .array(z.enum(['batch', 'time', 'shape', 'one']))
  .max(8)
  .refine((all) => all.filter((axis) => axis === 'shape').length === 1, { error: 'expected one axis "shape"' })
  .refine((all) => (['time', 'batch'] as const).every((axis) => all.filter((each) => each === axis).length <= 1), {
    error: 'expected "time" and "batch" at most once',
  })
  .readonly();

const port = z.strictObject({ name, axes });

const position = z
  .int()
  .min(0)
  .max(2 ** 24);

/** Where the elements of a state stand in an array: runs of a first position and a length. */
const statePort = z.strictObject({
  name,
  runs: z
    .array(z.tuple([position, position]))
    .min(1)
    .readonly(),
});

/** Schema of `ports` of `design.json`. */
export const portsSchema = z.strictObject({
  layer: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, { error: 'expected a name of a layer' }),
  input: port,
  output: port,
  states: z
    .array(z.strictObject({ part: z.enum(['y', 'c']), input: statePort.nullable(), output: statePort.nullable() }))
    .max(4)
    .readonly(),
});

/** How the model file that a design was built from names its layer, input, output and states, and lays out their arrays. */
export type DesignPorts = z.infer<typeof portsSchema>;

const PLAIN_AXES: readonly PortAxis[] = ['time', 'batch', 'shape'];

/**
 * Ports of the part of a model that goes into the design: its LSTM, and the output layer of the host. Where what they make is no output of
 * the model, it is laid out as the input is.
 *
 * @param graph a model that `hardwareModel` takes
 */
export function designPorts(graph: Graph): DesignPorts {
  const lstm = lstmOf(graph);
  const input = portOf(graph, graph.inputs, lstm.inputs[0]!, PLAIN_AXES);
  const states = graph.states.filter(({ node }) => node === lstm.id);
  return {
    layer: lstm.id,
    input,
    output: portOf(graph, graph.outputs, lastOf(graph), input.axes),
    states: states.map(({ part, input: given, output: told }) => {
      return { part: part === 'c' ? 'c' : 'y', input: withRuns(given), output: withRuns(told) };
    }),
  };
}

/**
 * The network of a design with the names and layouts of the model file.
 *
 * @param graph of the files of the design, which know none of them
 */
export function withPorts(graph: Graph, { layer, input, output, states }: DesignPorts): Graph {
  const lstm = lstmOf(graph);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node === lstm ? { ...node, id: layer } : node)),
    inputs: [{ tensor: lstm.inputs[0]!, ...input }],
    outputs: [{ tensor: lastOf(graph), ...output }],
    states: states.map((state): StateBinding => {
      return { node: layer, part: state.part, input: withElements(state.input), output: withElements(state.output) };
    }),
  };
}

/**
 * Checks that the states of the ports have as many elements as the layer.
 *
 * @throws EsegenError that names the first that has not
 */
export function checkPorts(path: string, { states }: DesignPorts, shape: { outputs: number; cells: number }): void {
  for (const [n, state] of states.entries()) {
    const size = state.part === 'c' ? shape.cells : shape.outputs;
    for (const side of ['input', 'output'] as const) {
      const elements = state[side]?.runs.reduce((sum, [, length]) => sum + length, 0) ?? size;
      if (elements === size) continue;
      const where = `${path}: ports.states.${n}.${side}`;
      throw new EsegenError(where, `expected ${size} elements, got ${elements}`, REBUILD);
    }
  }
}

function lstmOf({ nodes }: Graph): Node {
  return nodes.find(({ layer }) => layer.kind === 'lstm')!;
}

/** What the output layer makes, or the LSTM where there is none. */
function lastOf(graph: Graph): TensorId {
  return (graph.nodes.find(({ layer }) => layer.kind === 'linear') ?? lstmOf(graph)).output;
}

function portOf(graph: Graph, ports: readonly Port[], id: TensorId, usual: readonly PortAxis[]) {
  const own = ports.find(({ tensor }) => tensor === id);
  const isFlat = own !== undefined && own.axes.filter((axis) => axis === 'shape').length === 1;
  return { name: own?.name ?? graph.tensors.get(id)!.name, axes: isFlat ? own.axes : usual };
}

function withRuns(given: StatePort | null) {
  if (given === null) return null;
  const runs: [number, number][] = [];
  for (const element of given.elements) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === element) last[1]++;
    else runs.push([element, 1]);
  }
  return { name: given.name, runs };
}

function withElements(given: DesignPorts['states'][number]['input']): StatePort | null {
  if (given === null) return null;
  const elements = given.runs.flatMap(([first, length]) => Array.from({ length }, (_, n) => first + n));
  return { name: given.name, elements: Int32Array.from(elements) };
}
