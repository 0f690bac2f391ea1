import { test, vi } from 'vitest';
import { expectJobMirrored } from './support/commit-job.ts';
import { startMirroredLakes } from './support/start-mirrored-lakes.ts';

// On a busy machine; at ease it takes a tenth of this. The same with two thousand files is in test/scale.
vi.setConfig({ testTimeout: 240_000 });

test.each([1, 2] as const)(
  'what 20 tasks of Hadoop or Spark commit by algorithm %i of FileOutputCommitter is mirrored meanwhile, without leftovers or dead letters',
  async (algorithm) => {
    const job = { out: 'out', tasks: 20, filesPerTask: 10, algorithm };
    await expectJobMirrored(await startMirroredLakes(), job, { within: 200_000 });
  },
);
