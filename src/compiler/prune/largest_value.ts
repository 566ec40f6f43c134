/**
 * The value that `count` values, itself one of them, are not less than: quickselect (Hoare, "Algorithm 65: Find", 1961), in linear time
 * where sorting is not. Reorders the values.
 *
 * @param values not empty, without NaN
 * @param count 1 to values.length
 */
export function largestValue(values: Float64Array, count: number): number {
  const target = values.length - count;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = middleOf(values[low]!, values[(low + high) >> 1]!, values[high]!);
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const value = values[left]!;
      values[left++] = values[right]!;
      values[right--] = value;
    }
    if (target <= right) high = right;
    else if (target >= left) low = left;
    else break;
  }
  return values[target]!;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
