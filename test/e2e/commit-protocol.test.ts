import { expect, test, vi } from 'vitest';
import { commitJob } from './support/commit-job.js';
import { expectEqualLakes } from './support/expect-equal-lakes.js';
import { startMirroredLakes } from './support/start-mirrored-lakes.js';

const TASKS = 20;
const FILES = 2000;

// On a busy machine; at ease it takes a quarter of this.
vi.setConfig({ testTimeout: 300_000 });

test.each([1, 2] as const)(
  'what 20 tasks of Hadoop or Spark commit by algorithm %i of FileOutputCommitter while it is mirrored is equal at its end, without leftovers or dead letters',
  async (algorithm) => {
    const lakes = await startMirroredLakes();
    const files = lakes.source.getFileSystemClient('warehouse');
    await files.create();
    const began = performance.now();
    const paths = await commitJob(files, {
      out: 'out',
      tasks: TASKS,
      filesPerTask: FILES / TASKS,
      algorithm,
    });
    console.log(algorithm, 'committed', performance.now() - began);
    const { deadLetter } = await lakes.untilQuiet({ within: 200_000 });
    console.log(algorithm, 'quiet', performance.now() - began);
    const ops: Record<string, number> = {};
    for (const { account, operation, status } of lakes.requests) {
      const op = `${account} ${operation} ${status}`;
      ops[op] = (ops[op] ?? 0) + 1;
    }
    console.log(lakes.requests.length, ops);

    // The directory, `_SUCCESS` and the files.
    expect(await expectEqualLakes(lakes, { within: 60_000 })).toBe(paths.length + 2);
    console.log(algorithm, 'equal', performance.now() - began);
    expect(deadLetter).toBe(0);
  },
);
