import { expect, test } from 'vitest';
import { expectRepaired } from '../e2e/support/expect-repaired.ts';
import { startUnheard } from '../e2e/support/start-unheard.ts';
import { printMeasured } from './support/print-measured.ts';

test('with no event at all, a full sync of twenty thousand blobs converges the thousand that are out of step and writes nothing else', async () => {
  const unheard = await startUnheard();
  await unheard.startWorker();
  const measured = await expectRepaired(unheard, 20_000);
  printMeasured(measured);
  expect(measured.requestsFromEmpty).toBeLessThan(1.2 * 20_000);
  expect(measured.requestsUnchanged).toBeLessThan(50);
});
