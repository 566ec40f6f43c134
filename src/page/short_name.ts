/** Letters of a name beside an axis. */
const MOST = 18;

/** A name as short as an axis needs it; tables have the whole. */
export function shortName(name: string): string {
  return name.length > MOST ? `${name.slice(0, MOST - 1)}…` : name;
}
