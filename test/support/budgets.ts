/**
 * How much the random tests try. `npm test` runs them with a small budget; `npm run test:full`, which CI also
 * runs, runs the files that import this one again with the full budget. Nothing else depends on it.
 */
export const isFullBudget = process.env['TEST_BUDGET'] === 'full';

/** Number of random cases to try: `full`, or under `npm test` a tenth of it. */
export function budget(full: number, small = Math.ceil(full / 10)): number {
  return isFullBudget ? full : small;
}
