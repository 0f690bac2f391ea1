import type { DataLakeFileSystemClient } from '@azure/storage-file-datalake';
import { expect } from 'vitest';
import { expectEmptyTrash, expectEqualLakes } from './expect-equal-lakes.ts';
import { forEach } from './for-each.ts';
import type { MirroredLakes } from './start-mirrored-lakes.ts';
import { writeFile } from './write-files.ts';

export interface Job {
  readonly out: string;
  readonly tasks: number;
  readonly filesPerTask: number;
  /** 1: the job's commit renames every file into place, once all tasks are done. 2: each task's own commit does. */
  readonly algorithm: 1 | 2;
}

const FILES_AT_ONCE = 2;
const RENAMES_AT_ONCE = 8;

/**
 * Writes files as a job of Hadoop or Spark does, by the protocol of FileOutputCommitter: all tasks write at
 * once, each into a directory of its attempt; renames put the files into place; at last the temporary
 * directories are deleted and `_SUCCESS` is written. Resolves to the files' paths.
 */
async function commitJob(
  files: DataLakeFileSystemClient,
  { out, tasks, filesPerTask, algorithm }: Job,
): Promise<string[]> {
  const pending = `${out}/_temporary/0`;
  await files.getDirectoryClient(pending).create();
  const attempts = Array.from(
    { length: tasks },
    (_, n) => `202611250000_0001_m_${String(n).padStart(6, '0')}`,
  );
  const partsOf = (attempt: string) =>
    Array.from({ length: filesPerTask }, (_, n) => `part-${attempt.slice(-5)}-${n}.parquet`);
  const rename = async (from: string, part: string) =>
    await files.getFileClient(`${from}/${part}`).move(`${out}/${part}`);

  await Promise.all(
    attempts.map(async (attempt) => {
      const working = `${pending}/_temporary/attempt_${attempt}_0`;
      await forEach(partsOf(attempt), FILES_AT_ONCE, async (part) => {
        await writeFile(files, `${working}/${part}`, `rows of ${part}`.repeat(20));
      });
      if (algorithm === 1) await files.getDirectoryClient(working).move(`${pending}/task_${attempt}`);
      else await forEach(partsOf(attempt), RENAMES_AT_ONCE, async (part) => await rename(working, part));
    }),
  );
  if (algorithm === 1)
    for (const attempt of attempts)
      await forEach(partsOf(attempt), RENAMES_AT_ONCE, async (part) => {
        await rename(`${pending}/task_${attempt}`, part);
      });
  await files.getDirectoryClient(`${out}/_temporary`).delete(true);
  await writeFile(files, `${out}/_SUCCESS`, 'done');
  return attempts.flatMap(partsOf).map((part) => `${out}/${part}`);
}

export interface CommitCosts {
  readonly files: number;
  readonly committedMs: number;
  /** From the end of the job until the mirror is at rest. */
  readonly mirroredMs: number;
  readonly copiesPerFile: number;
  readonly requestsPerFile: number;
}

/** Has a job committed while it is mirrored, and expects both accounts to be equal at its end, without leftovers. */
export async function expectJobMirrored(lakes: MirroredLakes, job: Job): Promise<CommitCosts> {
  const files = lakes.source.getFileSystemClient('warehouse');
  await files.create();
  const began = performance.now();
  const paths = await commitJob(files, job);
  const committed = performance.now();
  const { deadLetter } = await lakes.untilQuiet();
  const quiet = performance.now();
  const copies = lakes.requests.filter(
    ({ operation, status }) => operation.includes('FromUrl') && status < 300,
  );
  const costs = {
    files: paths.length,
    committedMs: committed - began,
    mirroredMs: quiet - committed,
    copiesPerFile: copies.length / paths.length,
    requestsPerFile: lakes.requests.length / paths.length,
  };

  // The directory and `_SUCCESS` besides.
  expect(await expectEqualLakes(lakes)).toBe(paths.length + 2);
  await expectEmptyTrash(lakes, 'warehouse');
  expect(deadLetter).toBe(0);
  return costs;
}
