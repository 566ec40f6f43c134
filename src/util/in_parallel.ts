/**
 * Does work for each item, in their order, a number of them at a time. Where one fails, no other is begun.
 *
 * @throws what the first one that fails throws, when those begun before have ended
 */
export async function inParallel<T>(
  items: readonly T[],
  most: number,
  work: (item: T, at: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      try {
        await work(items[at]!, at);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker));
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
}
