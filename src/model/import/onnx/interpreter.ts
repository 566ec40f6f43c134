import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import { adviceFor, type Call, describe } from './call.ts';
import type { Draft } from './draft.ts';
import { Fault } from './fault.ts';
import type { Constant } from './folds.ts';
import { nodeAt } from './node_at.ts';
import { apply, isOperator } from './operators.ts';
import type { ConstantPool } from './pool.ts';
import type { OnnxGraph, OnnxNode } from './proto_types.ts';
import { onSizes } from './sizes.ts';
import { BROKEN, type Known, type Opaque, type Value } from './values.ts';

/** What the file calls its values, within a graph or a branch of it. */
interface Scope {
  readonly parent: Scope | null;
  readonly values: Map<string, Value>;
  readonly producers: ReadonlyMap<string, OnnxNode>;
  /** Nodes whose operands are being computed. */
  readonly pending: Set<OnnxNode>;
}

/** Deepest chain of branches within branches, or of branches that need values of other branches. */
const BRANCH_LIMIT = 200;

/** What the interpreter starts from. */
export interface Setting {
  readonly path: string;
  readonly opset: number;
  readonly draft: Draft;
  readonly pool: ConstantPool;
  readonly steps: number | null;
  /** Values that are given: the inputs. */
  readonly given: ReadonlyMap<string, Value>;
}

/** Computes the values of a graph in the abstract: only what is asked for, each node once. */
export class Interpreter {
  /** One for each node that cannot be read. */
  readonly failures: EsegenError[] = [];
  /** Nodes that were computed. */
  readonly visited = new Set<OnnxNode>();
  lengths: readonly number[] | null = null;
  #depth = 0;
  readonly #root: Scope;

  constructor(
    readonly setting: Setting,
    graph: OnnxGraph,
  ) {
    this.#root = this.#scopeOf(graph, null);
  }

  /** The value of a name of the outermost graph. */
  value(name: string): Value {
    return this.#demand(this.#root, name);
  }

  /** Gives a value a name of the outermost graph, whatever computes it there. */
  replace(name: string, value: Value): void {
    this.#root.values.set(name, value);
  }

  #scopeOf(graph: OnnxGraph, parent: Scope | null): Scope {
    const { path, pool } = this.setting;
    const values = new Map<string, Value>();
    const producers = new Map<string, OnnxNode>();
    const claim = (name: string) => {
      if (!values.has(name) && !producers.has(name)) return;
      throw new EsegenError(`${path}: ${quoteName(name)}`, 'is given twice, expected unique names', 'Export it again');
    };
    for (const tensor of graph.initializers) {
      claim(tensor.name);
      values.set(tensor.name, pool.initializer(tensor));
    }
    for (const node of graph.nodes) {
      for (const output of node.outputs) {
        if (output === '') continue;
        claim(output);
        producers.set(output, node);
      }
    }
    if (parent === null) {
      for (const [name, value] of this.setting.given) {
        claim(name);
        values.set(name, value);
      }
    }
    return { parent, values, producers, pending: new Set() };
  }

  /** Computes the nodes that a value needs, deepest first. */
  #demand(start: Scope, name: string): Value {
    let scope = start;
    while (!scope.values.has(name) && !scope.producers.has(name)) {
      if (scope.parent === null) return this.#missing(start, name);
      scope = scope.parent;
    }
    const found = scope.values.get(name);
    if (found !== undefined) return found;
    const stack = [scope.producers.get(name)!];
    if (scope.pending.has(stack[0]!)) throw this.#cycle(stack[0]!);
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const open = node.outputs.some((output) => output !== '' && !scope.values.has(output));
      if (!open) {
        stack.pop();
        continue;
      }
      const wanted = scope.pending.has(node) ? [] : operandsOf(node).filter((input) => !scope.values.has(input));
      const producers = wanted.flatMap((input) => scope.producers.get(input) ?? []);
      if (producers.some((producer) => scope.pending.has(producer)) || producers.includes(node)) {
        throw this.#cycle(node);
      }
      scope.pending.add(node);
      if (producers.length > 0) {
        stack.push(...producers);
        continue;
      }
      this.#execute(scope, node);
      scope.pending.delete(node);
      stack.pop();
    }
    return scope.values.get(name)!;
  }

  #cycle(node: OnnxNode): EsegenError {
    return new EsegenError(
      nodeAt(this.setting.path, node),
      'needs its own result: the graph has a cycle',
      'Export it again',
    );
  }

  #missing(scope: Scope, name: string): Value {
    const at = `${this.setting.path}: ${quoteName(name)}`;
    if (this.failures.length < FAILURE_LIMIT) {
      this.failures.push(new EsegenError(at, 'is used, but nothing in the file gives it', 'Export the model again'));
    }
    scope.values.set(name, BROKEN);
    return BROKEN;
  }

  #execute(scope: Scope, node: OnnxNode): void {
    this.visited.add(node);
    let results: readonly Value[] = node.outputs.map(() => BROKEN);
    try {
      results = this.#resultsOf(scope, node);
    } catch (error) {
      if (error instanceof Fault) this.#fail(new EsegenError(nodeAt(this.setting.path, node), error.what, error.fix));
      else if (error instanceof EsegenError && !isFatal(error)) {
        const { path } = this.setting;
        const where = error.where.startsWith(`${path}: `) ? error.where.slice(path.length + 2) : error.where;
        this.#fail(new EsegenError(nodeAt(path, node), `${where}: ${error.what}`, error.fix));
      } else throw error;
    }
    for (const [n, output] of node.outputs.entries()) {
      if (output !== '') scope.values.set(output, results[n] ?? { kind: 'opaque', inputs: [], shape: null });
    }
  }

  #fail(error: EsegenError): void {
    if (this.failures.length < FAILURE_LIMIT) this.failures.push(error);
  }

  #resultsOf(scope: Scope, node: OnnxNode): readonly Value[] {
    const { opset, draft, pool, steps } = this.setting;
    if (node.domain === '' && node.opType === 'If') return this.#branch(scope, node);
    if (node.domain === '' && node.opType === 'Constant') return [constantNode(pool, node)];
    const inputs = node.inputs.map((input) => (input === '' ? null : this.#demand(scope, input)));
    if (node.domain !== '' || (!isOperator(node.opType) && !pool.folds(node))) {
      const name = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
      throw new Fault(`the operator ${quoteName(name)} is not supported${hintFor(node.opType)}`, LEAVE_TO_HOST);
    }
    if (inputs.some((input) => input?.kind === 'broken')) return node.outputs.map(() => BROKEN);
    const name = node.name === '' ? (node.outputs[0] ?? '') : node.name;
    const noteLengths = (lengths: readonly number[]) => {
      if (this.lengths !== null && this.lengths.join() !== lengths.join()) {
        throw new Fault(`has sequence_lens [${lengths.slice(0, 8)}], another layer has [${this.lengths.slice(0, 8)}]`);
      }
      this.lengths = lengths;
    };
    const call: Call = { node, inputs, opset, draft, pool, name, steps, noteLengths };
    const constants = constantsOf(inputs);
    if (constants !== null && pool.folds(node)) return pool.fold(node, constants);
    const opaque = inputs.filter((input) => input?.kind === 'opaque');
    if (opaque.length > 0 && !['LSTM', 'GRU'].includes(node.opType)) return [onOpaque(call, opaque)];
    if (
      inputs.some((input) => input?.kind === 'sizes') &&
      inputs.every((i) => i === null || i.kind === 'sizes' || i.kind === 'known')
    ) {
      const results = onSizes(call);
      if (results !== null) return results;
    }
    checkBroadcast(call);
    return apply(call);
  }

  /** The outputs of the branch that is taken. */
  #branch(scope: Scope, node: OnnxNode): readonly Value[] {
    const condition = this.#demand(scope, node.inputs[0] ?? '');
    if (condition.kind === 'broken') return node.outputs.map(() => BROKEN);
    if (condition.kind !== 'known') {
      throw new Fault(
        `expected a condition that is known, got ${describe(condition)}`,
        adviceFor(condition) || 'Give the sizes of the input with --shape',
      );
    }
    const key = condition.constant.values()[0] ? 'then_branch' : 'else_branch';
    const graph = node.attributes.get(key)?.g ?? null;
    if (graph === null || graph.outputs.length < node.outputs.length) {
      throw new Fault(`expected a ${key} of ${node.outputs.length} outputs`);
    }
    if (++this.#depth > BRANCH_LIMIT) throw new Fault(`stands behind more than ${BRANCH_LIMIT} branches`);
    try {
      const inner = this.#scopeOf(graph, scope);
      return node.outputs.map((_, n) => this.#demand(inner, graph.outputs[n]!));
    } finally {
      this.#depth--;
    }
  }
}

/** Most refused nodes that are told. */
const FAILURE_LIMIT = 100;

/** Limits of memory are of the file, not of a node. */
function isFatal(error: EsegenError): boolean {
  return (
    error.what.startsWith('needs more than') ||
    error.what.startsWith('is given twice') ||
    error.what.includes('has a cycle')
  );
}

/** Values that must be there before a node is computed; branches ask for theirs when they are taken. */
function operandsOf({ inputs, domain, opType }: OnnxNode): readonly string[] {
  return domain === '' && opType === 'If' ? inputs.slice(0, 1) : inputs;
}

function constantsOf(inputs: readonly (Value | null)[]): Constant[] | null {
  const known = inputs.filter((input): input is Known => input?.kind === 'known');
  return known.length > 0 && known.length === inputs.length ? known.map(({ constant }) => constant) : null;
}

/** What is made of values that only the run knows: nothing that is known, but zero times anything. */
function onOpaque({ node, inputs, pool }: Call, opaque: readonly (Value | null)[]): Value {
  const shapes = inputs.map((input) =>
    input?.kind === 'known' ? input.constant.shape : input?.kind === 'opaque' ? input.shape : null,
  );
  const single = shapes.every((shape) => shape?.every((size) => size === 1)) ? shapes[0]! : null;
  const zero = inputs.find((input) => input?.kind === 'known' && input.constant.values().every((value) => value === 0));
  if (node.opType === 'Mul' && zero?.kind === 'known' && single !== null)
    return pool.literal(zero.constant.dtype, single, [0]);
  if (inputs.some((input) => input?.kind === 'view')) {
    throw new Fault(`expected activations or constants, got ${describe(opaque[0]!)}`, adviceFor(opaque[0]!));
  }
  const [table] = inputs;
  if (node.opType === 'Gather' && table?.kind === 'known' && isEmbedding(table.constant)) {
    throw new Fault(
      `is an embedding: rows of a table, chosen by ${describe(opaque[0]!)}`,
      `Leave the look-up to the host with --from ${quoteName(node.outputs[0] ?? '')}, the vectors that it gives`,
    );
  }
  const names = new Set(opaque.flatMap((value) => (value as Opaque).inputs));
  const keeps = inputs.length === 1 ? shapes[0]! : null;
  return { kind: 'opaque', inputs: [...names], shape: node.opType === 'Shape' ? null : keeps };
}

function constantNode(pool: ConstantPool, { attributes, outputs }: OnnxNode): Value {
  const tensor = attributes.get('value')?.t ?? null;
  if (tensor !== null) return pool.initializer({ ...tensor, name: outputs[0] ?? '' });
  const [int, ints, float, floats] = ['value_int', 'value_ints', 'value_float', 'value_floats'].map((key) =>
    attributes.get(key),
  );
  if (int !== undefined) return pool.literal('I64', [], [int.i]);
  if (ints !== undefined) return pool.literal('I64', [ints.ints.length], ints.ints);
  if (float !== undefined) return pool.literal('F32', [], [float.f]);
  if (floats !== undefined) return pool.literal('F32', [floats.floats.length], floats.floats);
  throw new Fault('expected a constant of numbers');
}

/** Before operator set 7, operands were only repeated where an attribute asked for it, from an axis of its choice. */
function checkBroadcast({ node, opset }: Call): void {
  if (opset >= 7 || !node.attributes.has('axis') || !['Add', 'Sub', 'Mul', 'Div'].includes(node.opType)) return;
  throw new Fault(
    'repeats its second operand from an axis of its choice (operator set 6 and older)',
    'Export it again',
  );
}

/** How a loop can be avoided. */
const LEAVE_TO_HOST = 'Leave it to the host with --to or --from';

/** Whether a table that is looked up in has vectors in it, and is not a list of sizes. */
function isEmbedding({ dtype, shape }: Constant): boolean {
  return shape.length === 2 && dtype !== 'I64';
}

function hintFor(opType: string): string {
  if (opType === 'RNN') return ' (LSTM and GRU are)';
  return opType === 'Loop' || opType === 'Scan' ? ' (export the recurrent layer itself, not its loop)' : '';
}
