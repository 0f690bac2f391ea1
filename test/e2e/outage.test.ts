import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeReadyFile } from '@blobmirror/local/connections';
import type { ReadyFile } from '../../src/cli/ready-file.ts';
import type { BlobmirrorProcess } from './support/blobmirror-process.ts';
import { type BreakableNetwork, startBreakableNetwork } from './support/breakable-network.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { queueCounts } from './support/queue-counts.ts';
import { type RunningEnvironment, startEnvironment, startWorker } from './support/start-environment.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';
import { writeAtRandom } from './support/write-at-random.ts';

let environment: RunningEnvironment;
let network: BreakableNetwork;
let worker: BlobmirrorProcess;

/** A worker that reaches storage, but not the queue, over a network that can break. */
beforeAll(async () => {
  environment = await startEnvironment(['--no-worker']);
  const { info } = environment;
  const { host, port } = new URL(info.source.blobEndpoint);
  network = await startBreakableNetwork(Number(port));
  const behindIt = JSON.stringify(info).replaceAll(host, `127.0.0.1:${network.port}`);
  const readyFile = join(await temporaryDirectory(), 'local.json');
  await writeReadyFile(readyFile, JSON.parse(behindIt) as ReadyFile);
  worker = await startWorker(readyFile);
});

test('while storage is out of reach, messages wait and none is dead-lettered; afterwards everything is mirrored', async () => {
  const { source, info } = environment;
  await source.createContainer('photos');
  await source.getContainerClient('photos').getBlockBlobClient('before').upload('before', 6);
  await untilMirrored(environment, 'photos', 'before');

  network.break();
  await writeAtRandom(source, { seed: 5, count: 60, names: 20 });
  const putOff = () => worker.logged('event will be tried again').length;
  // Not all of them: a worker that sees an outage sends fewer and fewer requests.
  await waitUntil('messages are put off', () => putOff() > 5, { every: 50 });
  expect(await queueCounts(info.serviceBus)).toMatchObject({ deadLetter: 0 });

  network.repair();
  expect(await expectEqualAccounts(environment)).toBeGreaterThan(20);
  expect(await queueCounts(info.serviceBus)).toMatchObject({ deadLetter: 0 });
});
