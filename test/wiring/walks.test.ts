import { randomUUID } from 'node:crypto';
import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { startLocal } from '@blobmirror/local';
import { localSettings } from '../../src/cli/local-settings.ts';
import { readSettings } from '../../src/config/settings.ts';
import { NEVER_PAUSED } from '../../src/ports/account-decorators.ts';
import { NOTHING_RECORDED } from '../../src/ports/unprotected-keys.ts';
import { createCommandApp } from '../../src/wiring/create-command-app.ts';
import { createMirror } from '../../src/wiring/create-mirror.ts';
import { openAccounts } from '../../src/wiring/open-accounts.ts';
import { openQueues } from '../../src/wiring/open-queues.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { filesThatRun } from './support/files-that-run.ts';
import { createdEvent } from './support/created-event.ts';

const LOG = createSilentLogger();
const PAGE = new URL('../../docs/walks.md', import.meta.url).pathname;

/** A file belongs to the first step that names it, by the beginning of its path. */
type Steps = readonly (readonly [step: string, ...paths: string[]])[];

const SHARED: Steps = [['What every step uses: clocks, metrics and spans', 'src/clock/', 'src/telemetry/']];

const EVERY_KEY: Steps = [
  ['Make the backup agree with the source for the key: read both, decide, apply', 'src/mirror/'],
  [
    'Share out the time and the requests, and name containers as on the backup',
    'src/concurrency/',
    'src/ports/',
  ],
  ['Read a blob of either account', 'src/azure/blob-reader', 'src/azure/blob/'],
  ['Copy a blob', 'src/azure/backup-store', 'src/azure/copy/'],
  ['Send a request to an account, and judge its answer', 'src/azure/', 'src/sdk-internals/'],
];

const EVENT: Steps = [
  ['Take the message from the trigger', 'src/functions/', 'src/wiring/', 'src/intake/incoming-message'],
  ['Handle it, and plan what to check', 'src/intake/'],
  ['Read which keys its events name', 'src/events/'],
  ...EVERY_KEY,
  ...SHARED,
];

/** A differing key goes on the way of an event. What is listed here is not on it. */
const FULL_SYNC: Steps = [
  ['Take the message from the trigger', 'src/functions/', 'src/wiring/', 'src/intake/', 'src/events/'],
  [
    'Read the run and the slice, and record what came of it',
    'src/reconcile/runs/',
    'src/documents/',
    'src/azure/documents/',
  ],
  ['List both accounts in step, and nominate the keys that differ', 'src/reconcile/', 'src/azure/listing/'],
  ['Prepare what the checks of keys share', 'src/'],
];

const DEAD_LETTER: Steps = [
  ['Choose dead letters, and send each again as a fresh message', 'src/deadletter/'],
  ['Read what its event names', 'src/events/'],
  ['Share one connection', 'src/concurrency/'],
  [
    'Receive dead letters, send and complete',
    'src/azure/queue/',
    'src/sdk-internals/',
    'src/wiring/open-queues',
    'src/wiring/connect-service-bus',
  ],
  ...SHARED,
];

/**
 * The page is made from what runs: `npx vitest run test/wiring/walks.test.ts -u` writes it anew. It is the same for
 * every event of a small new blob, since nothing on these ways hangs on chance.
 */
it('docs/walks.md names every file that runs on the three ways, and no other', async () => {
  const local = await startLocal({ storagePort: 0, serviceBusPort: 0, log: LOG });
  const settings = readSettings(localSettings(local.connections));
  const source = BlobServiceClient.fromConnectionString(local.connections.source.connectionString);
  const client = new ServiceBusClient(local.connections.serviceBus.connectionString);
  const queues = openQueues(settings);
  const accounts = openAccounts(settings, LOG);
  const mirror = createMirror(settings, LOG, {
    accounts,
    queues,
    pause: NEVER_PAUSED,
    unprotected: NOTHING_RECORDED,
  });
  const command = createCommandApp(settings, LOG);
  try {
    await source.createContainer('photos');
    const upload = async (name: string): Promise<void> => {
      await source.getContainerClient('photos').getBlockBlobClient(name).upload(name, name.length);
    };

    await upload('first');
    await mirror.handleTrigger(createdEvent('first'), newContext());
    await upload('second');
    const event = await filesThatRun(
      async () => await mirror.handleTrigger(createdEvent('second'), newContext()),
    );

    await mirror.handleTrigger({ ...createdEvent('nothing'), subject: '', data: {} }, newContext());
    await receiveOne(client.createReceiver(settings.eventsQueue, { subQueueType: 'deadLetter' }), 'abandon');
    let replayed: unknown;
    const deadLetter = await filesThatRun(async () => {
      replayed = await command.deadLetters.store.replay({});
    });
    expect(replayed).toMatchObject({ done: 1 });

    await upload('third');
    await command.reconciliation.reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' });
    const shard = await receiveOne(client.createReceiver(settings.reconcile.queue));
    const fullSync = await filesThatRun(
      async () => await command.reconciliation.handleTrigger(shard.body, newContext()),
    );

    const shared = fullSync.filter((file) => event.includes(file));

    const page = [
      '# Walks',
      'Three ways through the code, with the files of which a function runs. Left out are values and settings (`model/`, `api/` and `config/`), files that hold types alone, and what a process asks at its own pace: whether it is paused (`pause/`), whether it may work on the accounts (`identity/`), and the counts that it keeps (`status/`). A test measures the ways and writes this page: `npx vitest run test/wiring/walks.test.ts -u`.',
      ...walk(
        'The way of an event',
        'From the message of a created blob to its copy: a small new block blob, in a container that the backup has.',
        EVENT,
        ['src/functions/mirror.ts', ...event],
      ),
      ...walk(
        'The way of a full sync',
        `From the message of a shard to the record of its slice, in a container in which one blob lacks its copy. \`src/reconcile/runs/start-run.ts\` has made the run and sent the message. ${shared.length} more files run on this way, most of them for that blob: the way of an event lists them.`,
        FULL_SYNC,
        ['src/functions/reconcile.ts', ...fullSync.filter((file) => !shared.includes(file))],
      ),
      ...walk(
        'The way of a dead letter',
        'From the wish to replay to a fresh message on its queue, which then goes the way of an event or of a full sync. The wish comes by HTTP (`http/`) or by the command line (`cli/`).',
        DEAD_LETTER,
        deadLetter,
      ),
    ];
    // The page is written anew with whatever runs; these bounds are not.
    expect(event.length).toBeLessThan(35);
    expect(fullSync.length - shared.length).toBeLessThan(40);
    const text = await format(page.join('\n\n'), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
    await expect(text).toMatchFileSnapshot(PAGE);
  } finally {
    await Promise.all([command.stop(), queues.close(), client.close()]);
    await local.stop();
  }
});

function newContext() {
  const enqueuedTimeUtc = new Date().toISOString();
  return {
    invocationId: randomUUID(),
    triggerMetadata: { messageId: randomUUID(), deliveryCount: 1, enqueuedTimeUtc },
  };
}

async function receiveOne(receiver: ServiceBusReceiver, settle: 'complete' | 'abandon' = 'complete') {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 30_000 });
  if (message === undefined) throw new Error(`nothing came into ${receiver.entityPath}`);
  await (settle === 'complete' ? receiver.completeMessage(message) : receiver.abandonMessage(message));
  await receiver.close();
  return message;
}

/** The section of a way: its steps in order, with the files of each. */
function walk(title: string, words: string, steps: Steps, files: readonly string[]): readonly string[] {
  const left = new Set(files);
  const items = steps.map(([step, ...paths]) => {
    const own = [...left].filter((file) => paths.some((path) => file.startsWith(path)));
    for (const file of own) left.delete(file);
    return `${step}:\n\n${own.map((file) => `- \`${file}\``).join('\n')}`;
  });
  expect([...left], 'files of no step').toEqual([]);
  return [`## ${title}: ${files.length} files`, words, ...items];
}
