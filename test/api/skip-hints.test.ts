import { expect, it } from 'vitest';
import { SKIP_HINTS } from '../../src/api/skip-hints.ts';

it('no hint promises a retry alone: a key that the record only counts waits for a full sync', () => {
  const promises = Object.values(SKIP_HINTS).filter((hint) => hint.includes('within an hour'));
  expect(promises).toHaveLength(4);
  for (const hint of promises) expect(hint).toMatch(/within an hour[^.]*, or by the next full sync\./);
});
