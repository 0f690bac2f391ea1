import { test } from 'vitest';
import { expectJobMirrored } from '../e2e/support/commit-job.ts';
import { startMirroredLakes } from '../e2e/support/start-mirrored-lakes.ts';
import { printMeasured } from './support/print-measured.ts';

test.each([1, 2] as const)(
  'two thousand files that 20 tasks commit by algorithm %i of FileOutputCommitter are mirrored meanwhile, without leftovers or dead letters',
  async (algorithm) => {
    const job = { out: 'out', tasks: 20, filesPerTask: 100, algorithm };
    printMeasured(await expectJobMirrored(await startMirroredLakes(), job));
  },
);
