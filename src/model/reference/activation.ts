import type { Activation } from '../graph.ts';

/** An activation function in double precision. */
export function activationFunction(activation: Activation): (x: number) => number {
  switch (activation.kind) {
    case 'sigmoid':
      return sigmoid;
    case 'tanh':
      return Math.tanh;
    case 'relu':
      return (x) => (x > 0 ? x : 0);
    case 'clip': {
      const { low, high } = activation;
      return (x) => (x < low ? low : x > high ? high : x);
    }
    case 'hardSigmoid': {
      const { alpha, beta } = activation;
      return (x) => Math.max(0, Math.min(1, alpha * x + beta));
    }
    case 'leakyRelu': {
      const { alpha } = activation;
      return (x) => (x < 0 ? alpha * x : x);
    }
  }
}

/** Applies an activation to all values in place; null does nothing. */
export function activate(activation: Activation | null, values: Float64Array): void {
  if (activation === null) return;
  const f = activationFunction(activation);
  for (let i = 0; i < values.length; i++) values[i] = f(values[i]!);
}

/** Keeps a value within ±bound. */
export function limit(value: number, bound: number): number {
  return value > bound ? bound : value < -bound ? -bound : value;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
