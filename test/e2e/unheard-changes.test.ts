import { expect, test } from 'vitest';
import { expectRepaired } from './support/expect-repaired.ts';
import { startUnheard } from './support/start-unheard.ts';

test('without any event, a full sync converges exactly the keys that are out of step and writes nothing else', async () => {
  const unheard = await startUnheard();
  await unheard.startWorker();
  const { requestsFromEmpty, requestsUnchanged } = await expectRepaired(unheard, 1000);
  expect(requestsFromEmpty).toBeLessThan(1200);
  expect(requestsUnchanged).toBeLessThan(100);
});
