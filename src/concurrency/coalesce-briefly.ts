/** Asked again within this time, the same answer does; and what took long is not asked for all the time. */
const LEAST_MS = 1000;
const MOST_MS = 30_000;
const TIMES_AS_LONG = 4;

/**
 * One call for all who ask at once, and for a while after: a second, or four times as long as it took. A call that
 * failed is shared by those who waited for it alone.
 */
export function coalesceBriefly<Result>(
  call: () => Promise<Result>,
  clock: () => number = () => performance.now(),
): () => Promise<Result> {
  let flight: Promise<Result> | undefined;
  let freshUntil = -Infinity;
  return async () => {
    if (flight !== undefined && clock() < freshUntil) return await flight;
    const started = clock();
    freshUntil = Infinity;
    flight = call().finally(() => {
      const took = clock() - started;
      freshUntil = clock() + Math.min(MOST_MS, Math.max(LEAST_MS, TIMES_AS_LONG * took));
    });
    flight.catch(() => (freshUntil = -Infinity));
    return await flight;
  };
}
