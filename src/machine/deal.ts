/** How many of `items`, dealt out round robin over `places`, lie in the fullest place, the first one. */
export function largestShare(items: number, places: number): number {
  return Math.ceil(items / places);
}

/** How many of `items`, dealt out round robin over `places`, lie in place number `place`: at most one fewer than in the first one. */
export function shareOf(items: number, places: number, place: number): number {
  return Math.floor((items - place + places - 1) / places);
}
