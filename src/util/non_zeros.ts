/** Numbers that are not zero. */
export function countNonZeros(values: ArrayLike<number>): number {
  let count = 0;
  for (let at = 0; at < values.length; at++) count += Number(values[at] !== 0);
  return count;
}
