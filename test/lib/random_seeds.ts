/**
 * Seeds of a test of random cases: 1 to `usual`. `ESEGEN_RANDOM_SEED=17` begins at seed 17 and, alone, is that one only.
 *
 * @param count environment variable that says how many instead
 */
export function randomSeeds(count: string, usual: number): number[] {
  const given = process.env.ESEGEN_RANDOM_SEED;
  const first = Number(given ?? 1);
  const seeds = Number(process.env[count] ?? (given === undefined ? usual : 1));
  return Array.from({ length: seeds }, (_, at) => first + at);
}
