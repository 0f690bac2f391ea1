import { join } from 'node:path';
import {
  type FaultPlan,
  writeReadyFile,
  type Local,
  startLocal,
  type StorageRequest,
} from '@blobmirror/local';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import type { BlobmirrorProcess } from './blobmirror-process.ts';
import { atEndOfFile } from './end-of-file.ts';
import { connectLakes, type Lakes } from './lakes.ts';
import { type QueueCounts, untilQueueDrained } from './queue-counts.ts';
import { startWorker } from './start-environment.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface MirroredLakes extends Lakes {
  readonly info: Local['connections'];
  readonly readyFile: string;
  readonly worker: BlobmirrorProcess;
  /**
   * The mirror's own requests so far, oldest first, without those of the tests and those for its own state.
   */
  readonly requests: readonly StorageRequest[];
  /** Waits until every event has reached the queue and no message waits or is worked on. */
  untilQuiet(): Promise<QueueCounts>;
}

const running: Local[] = [];

/**
 * Two hierarchical accounts in this process, whose requests can be counted, and a worker beside it. They are
 * stopped when the tests of the file are over.
 */
export async function startMirroredLakes(
  faults?: FaultPlan,
  env: Readonly<Record<string, string>> = {},
): Promise<MirroredLakes> {
  const requests: StorageRequest[] = [];
  const local = await startLocal({
    storagePort: 0,
    serviceBusPort: 0,
    hierarchical: true,
    onRequest: (request) => {
      const isMirror = request.userAgent?.startsWith('blobmirror') === true;
      if (isMirror && request.container !== 'blobmirror-state') requests.push(request);
    },
    ...(faults !== undefined && { faults }),
    log: createSilentLogger(),
  });
  running.push(local);
  const info: ReadyFile = { ...local.connections, http: { baseUrl: 'http://127.0.0.1:9' } };
  const readyFile = join(await temporaryDirectory(), 'local.json');
  await writeReadyFile(readyFile, info);
  const worker = await startWorker(readyFile, [], { env });
  return {
    ...connectLakes(info),
    info,
    readyFile,
    worker,
    requests,
    untilQuiet: async () => {
      await local.events.idle();
      return await untilQueueDrained(info.serviceBus);
    },
  };
}

atEndOfFile(async () => {
  for (const local of running.splice(0)) await local.stop();
});
