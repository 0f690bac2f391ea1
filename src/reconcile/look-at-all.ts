const CONCURRENCY = 16;

/**
 * Looks at keys as they are nominated, many at once. Rejects when the nomination does, or a look, but not before every
 * look that was begun has ended.
 */
export async function lookAtAll<Nominated>(
  nominated: AsyncIterator<Nominated, unknown>,
  look: (each: Nominated) => Promise<void>,
  concurrency = CONCURRENCY,
): Promise<void> {
  const draw = async (): Promise<void> => {
    for (let next = await nominated.next(); !next.done; next = await nominated.next()) await look(next.value);
  };
  // An async generator queues its callers, so any number of workers may draw from the same one.
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, draw));
  for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
}
