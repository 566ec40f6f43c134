/** `12,345`; fractions of small numbers are kept. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });
}

/** `1 × 2 × 16`. */
export function times(...factors: readonly number[]): string {
  return factors.map(count).join(' × ');
}

/** Microseconds of so many cycles. */
export function microseconds(cycles: number, clockMHz: number): string {
  const time = cycles / clockMHz;
  return time >= 10_000
    ? `${count(time / 1000)} ms`
    : `${time.toLocaleString('en-US', { maximumSignificantDigits: 3 })} µs`;
}

/** `15.5 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
