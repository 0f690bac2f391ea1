import { expect, it } from 'vitest';
import { measureStreamedCopy } from './support/measure-streamed-copy.ts';

const MIB = 1024 * 1024;

it('streams half a gibibyte within 64 MiB of memory, with every byte right', async () => {
  const size = 512 * MIB;
  const { outcome, growthMiB, totals } = await measureStreamedCopy(size);
  expect(outcome).toEqual({ kind: 'written', engine: 'streamed' });
  expect(totals).toEqual({ received: size, damaged: 0, committed: 64 });
  expect(growthMiB).toBeLessThan(64);
});
