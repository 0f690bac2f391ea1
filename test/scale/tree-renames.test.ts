import { test } from 'vitest';
import { expectCheapMoves } from '../e2e/support/expect-cheap-moves.ts';
import { startMirroredLakes } from '../e2e/support/start-mirrored-lakes.ts';
import { printMeasured } from './support/print-measured.ts';

test('a tree of ten thousand files is renamed by one request and deleted by as many as one directory takes', async () => {
  const options = { count: 10_000, reading: 'listings' } as const;
  printMeasured(await expectCheapMoves(await startMirroredLakes(), options));
});
