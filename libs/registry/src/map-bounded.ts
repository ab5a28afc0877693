/**
 * Applies an action to all items in order, at most `width` at a time. After a failure nothing more is started; of several
 * failures that of the earliest item is thrown, so that the same situation gives the same error however fast the answers
 * come.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  width: number,
  action: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await action(items[index] as T);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work));
  const [earliest] = failures.sort((a, b) => a.index - b.index);
  if (earliest !== undefined) throw earliest.error;
  return results;
}
