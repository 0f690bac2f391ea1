import { expect, it } from 'vitest';
import { budget } from '../../support/budgets.ts';
import { measureStreamedCopy } from './support/measure-streamed-copy.ts';

const MIB = 1024 * 1024;

/** Several times the memory that it may take. */
const SIZE_MIB = budget(512, 192);

it(`streams ${SIZE_MIB} MiB within 64 MiB of memory, with every byte right`, async () => {
  const size = SIZE_MIB * MIB;
  const { outcome, growthMiB, totals } = await measureStreamedCopy(size);
  expect(outcome).toEqual({ kind: 'written', engine: 'streamed' });
  expect(totals).toEqual({ received: size, damaged: 0, committed: SIZE_MIB / 8 });
  expect(growthMiB).toBeLessThan(64);
});
