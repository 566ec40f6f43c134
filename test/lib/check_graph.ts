import { expect } from 'vitest';
import { elementsOf, type Floats, type Graph, type Layer, type Tensor, windowOutputs } from '../../src/model/graph.ts';
import { matricesOf } from '../../src/model/matrices.ts';

/** Fails unless all sizes of a graph agree, its nodes stand behind what they read, and its values are finite. */
export function checkGraph(graph: Graph): void {
  const known = new Set(graph.inputs.map(({ tensor }) => tensor));
  for (const node of graph.nodes) {
    expect(node.id).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(node.inputs.filter((tensor) => !known.has(tensor))).toEqual([]);
    expect(known.has(node.output)).toBe(false);
    known.add(node.output);
    const inputs = node.inputs.map((tensor) => graph.tensors.get(tensor)!);
    checkLayer(node.layer, inputs, graph.tensors.get(node.output)!);
    for (const [, { rows, columns, values }] of matricesOf(node.layer)) {
      expect(values.length).toBe(rows * columns);
      checkFinite(values);
    }
  }
  for (const { tensor, axes } of [...graph.inputs, ...graph.outputs]) {
    expect(known.has(tensor)).toBe(true);
    expect(axes.filter((axis) => axis === 'shape')).toHaveLength(graph.tensors.get(tensor)!.shape.length);
  }
  expect(graph.outputs.length).toBeGreaterThan(0);
}

function checkFinite(values: Floats): void {
  expect(values.every(Number.isFinite)).toBe(true);
}

function checkLayer(layer: Layer, inputs: readonly Tensor[], output: Tensor): void {
  const [input] = inputs;
  const size = elementsOf(input!);
  switch (layer.kind) {
    case 'lstm': {
      const { cells, outputs, bias, peepholes, initial, projection } = layer;
      expect(layer.inputs).toBe(size);
      expect(output.shape).toEqual([outputs]);
      if (projection === null) expect(outputs).toBe(cells);
      for (const vector of [...Object.values(bias), ...Object.values(peepholes ?? {})])
        expect(vector.length).toBe(cells);
      for (const vector of Object.values(bias)) checkFinite(vector);
      expect(initial?.c.length ?? cells).toBe(cells);
      expect(initial?.y.length ?? outputs).toBe(outputs);
      break;
    }
    case 'gru':
      expect(layer.inputs).toBe(size);
      expect(output.shape).toEqual([layer.cells]);
      for (const vector of Object.values(layer.bias)) expect(vector.length).toBe(layer.cells);
      break;
    case 'linear':
      expect([layer.weight.columns, layer.weight.rows, layer.bias.length]).toEqual([
        size,
        elementsOf(output),
        layer.weight.rows,
      ]);
      break;
    case 'conv': {
      const { channels, groups, weight, space, time } = layer;
      expect(input!.shape[0]).toBe(channels);
      const kernels = [...space, time].reduce((product, { kernel }) => product * kernel, 1);
      expect(weight.columns).toBe((channels / groups) * kernels);
      expect(output.shape).toEqual([
        weight.rows,
        ...space.map((window, n) => windowOutputs(window, input!.shape[n + 1]!)),
      ]);
      break;
    }
    case 'batchNorm':
      expect([layer.scale.length, layer.shift.length]).toEqual([input!.shape[0], input!.shape[0]]);
      for (const vector of [layer.scale, layer.shift]) checkFinite(vector);
      break;
    case 'concat':
      expect(inputs.reduce((sum, tensor) => sum + elementsOf(tensor), 0)).toBe(elementsOf(output));
      break;
    case 'gather':
      expect(layer.index.length).toBe(elementsOf(output));
      expect(layer.index.every((at) => at >= 0 && at < size)).toBe(true);
      break;
    case 'add':
      for (const tensor of inputs) expect(tensor.shape).toEqual(output.shape);
      break;
    case 'pick':
      expect(output.time).toBeNull();
      break;
    case 'activation':
      expect(elementsOf(output)).toBe(size);
      break;
    case 'host':
      break;
  }
}
