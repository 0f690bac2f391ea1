import { test } from 'vitest';
import { expectJobMirrored } from './support/commit-job.ts';
import { startMirroredLakes } from './support/start-mirrored-lakes.ts';
import { budget } from '../support/budgets.ts';

const TASKS = budget(20, 6);

test.each([1, 2] as const)(
  `what ${TASKS} tasks of Hadoop or Spark commit by algorithm %i of FileOutputCommitter is mirrored meanwhile, without leftovers or dead letters`,
  async (algorithm) => {
    const job = { out: 'out', tasks: TASKS, filesPerTask: 10, algorithm };
    await expectJobMirrored(await startMirroredLakes(), job);
  },
);
