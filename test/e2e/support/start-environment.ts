import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { type ReadyFile, readReadyFile } from '../../../src/cli/ready-file.ts';
import { type BlobmirrorProcess, type ProcessOptions, spawnBlobmirror } from './blobmirror-process.ts';
import { atEndOfFile } from './end-of-file.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { waitUntil } from './wait-until.ts';

/** The two accounts of an environment, through clients of the current SDK. */
export interface Accounts {
  readonly source: BlobServiceClient;
  readonly backup: BlobServiceClient;
}

export interface RunningEnvironment extends Accounts {
  readonly info: ReadyFile;
  readonly readyFile: string;
  readonly process: BlobmirrorProcess;
}

export const FREE_PORTS = ['--storage-port', '0', '--service-bus-port', '0', '--http-port', '0'] as const;
/** A failed request fails the test, or its wait; so it is not retried. */
const ONE_TRY = { retryOptions: { maxTries: 1 } };

const running: BlobmirrorProcess[] = [];

/**
 * Starts the whole embedded environment as a user does, and waits for it. It is stopped when the tests of the
 * file are over.
 */
export async function startEnvironment(
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<RunningEnvironment> {
  const readyFile = join(await temporaryDirectory(), 'local.json');
  const command = ['start', ...FREE_PORTS, '--ready-file', readyFile, ...args];
  return await environmentOf(trackProcess(spawnBlobmirror(command, options)), readyFile);
}

/** Waits for an environment that was started in another way. */
export async function environmentOf(
  started: BlobmirrorProcess,
  readyFile: string,
): Promise<RunningEnvironment> {
  await untilReady(started, 'blobmirror is ready', () => existsSync(readyFile));
  const info = await readReadyFile(readyFile);
  return { info, readyFile, process: started, ...connectAccounts(info) };
}

/** A worker beside an environment. */
export async function startWorker(
  readyFile: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<BlobmirrorProcess> {
  const command = ['worker', `--local=${readyFile}`, '--http-port', '0', ...args];
  const worker = trackProcess(spawnBlobmirror(command, options));
  await untilReady(worker, 'blobmirror worker is ready');
  return worker;
}

/** Ends the process and checks its output for secrets when the tests of the file are over. */
export function trackProcess(started: BlobmirrorProcess): BlobmirrorProcess {
  running.push(started);
  return started;
}

export function connectAccounts({ source, backup }: Pick<ReadyFile, 'source' | 'backup'>): Accounts {
  return {
    source: BlobServiceClient.fromConnectionString(source.connectionString, ONE_TRY),
    backup: BlobServiceClient.fromConnectionString(backup.connectionString, ONE_TRY),
  };
}

async function untilReady(started: BlobmirrorProcess, line: string, also = () => true): Promise<void> {
  let end: number | string | undefined;
  void started.ended.then((status) => (end = status));
  await waitUntil(
    `"${line}" on standard output`,
    () => end !== undefined || (`\n${started.output.stdout}`.includes(`\n${line}`) && also()),
    { saw: () => started.output.stderr },
  );
  if (end !== undefined) throw new Error(`it ended with ${end} instead: ${started.output.stderr}`);
}

atEndOfFile(async () => {
  // All are ended before the first error is thrown.
  const ends = await Promise.allSettled(running.splice(0).map(async (each) => await each.end()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
});
