// Made once: a format takes longer to make than a thousand numbers to write.
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** `12,345`; fractions of small numbers are kept. */
export function count(value: number): string {
  return (Math.abs(value) < 100 ? TENTHS : WHOLE).format(value);
}

/** `12,345.6`. */
export function tenths(value: number): string {
  return TENTHS.format(value);
}

/** `1 × 2 × 16`. */
export function times(...factors: readonly number[]): string {
  return factors.map(count).join(' × ');
}

/** Microseconds of so many cycles. */
export function microseconds(cycles: number, clockMHz: number): string {
  const time = cycles / clockMHz;
  return time >= 10_000 ? `${count(time / 1000)} ms` : `${THREE_DIGITS.format(time)} µs`;
}

/** `15.5 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
