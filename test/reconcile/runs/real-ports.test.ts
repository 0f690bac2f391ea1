import { expect, it, onTestFinished } from 'vitest';
import { BACKUP, startStorage } from '@blobmirror/local';
import { createAzureDocumentStore } from '../../../src/azure/documents/document-store.ts';
import { createAzureShardQueue } from '../../../src/azure/queue/queue-senders.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createMemoryAccount } from '../../memory/memory-account.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import type { ReportLine } from '../../../src/api/run.ts';
import { createScope } from '../../../src/model/scope.ts';
import { createReconciler } from '../../../src/reconcile/runs/reconciler.ts';
import { startTestBroker } from '../../../packages/local/test/support/test-broker.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { createModelSlice, type Kind, type Model, toEntries } from './support/model-listing.ts';
import { REQUEST } from './support/reconcile-bench.ts';

const KINDS: readonly Kind[] = ['same', 'changed', 'same', 'extra', 'archived'];
const ENTRIES = 200;

it('a run over a real queue and a real account ends with every key counted once, with eight calls at once', async () => {
  const storage = await startStorage({ port: 0, accounts: [BACKUP] });
  onTestFinished(async () => await storage.stop());
  const account = connectAccount({ connectionString: storage.connectionString(BACKUP.name) });
  const { sender, receiver } = await startTestBroker({ duplicateDetectionWindowMs: 600_000 });
  const names = ['photos', 'videos'].map(parseContainerName);
  const kinds = Array.from({ length: ENTRIES }, (_, i) => KINDS[i % KINDS.length] ?? 'same');
  const model: Model = new Map(names.map((name) => [name, { entries: toEntries(kinds) }]));
  const sides = {
    source: createMemoryAccount('sourceaccount'),
    backup: createMemoryAccount('backupaccount'),
  };
  for (const name of names) sides.source.addContainer(name);

  let halves = 0;
  const log = createSilentLogger();
  const reconciler = createReconciler({
    ...sides,
    scope: createScope('sourceaccount'),
    deletes: 'mirror',
    compareSlice: createModelSlice(model, {
      perSlice: () => 25,
      isSplit: () => halves++ < 3,
      step: async () => await Promise.resolve(),
    }),
    converge: async () => {
      await Promise.resolve();
      return { verdict: 'deleted' };
    },
    documents: createAzureDocumentStore(account, 'blobmirror-state'),
    queue: createAzureShardQueue(sender),
    log,
  });

  const start = await reconciler.start(REQUEST);
  if (!('started' in start)) throw new Error('no run began');
  const { id } = start.started;
  await new Promise<void>((resolve, reject) => {
    receiver.subscribe(
      {
        processMessage: async ({ body }) => {
          await reconciler.handleShard(body);
          if ((await reconciler.read(id))?.state === 'done') resolve();
        },
        processError: async ({ error }) => {
          await Promise.resolve();
          reject(error);
        },
      },
      { maxConcurrentCalls: 8 },
    );
  });

  const each = (ENTRIES / KINDS.length) * names.length;
  const run = await reconciler.read(id);
  expect(run?.counts).toEqual({
    inStep: 2 * each,
    nominated: 3 * each,
    bytesCopied: 3 * each,
    byVerdict: { copied: each, skipped: each, deleted: each },
    skipped: { 'source-archived': each },
    failed: {},
  });
  expect(Object.values(run?.shards ?? {}).filter(({ phase }) => phase === 'compare').length).toBeGreaterThan(
    3,
  );
  const lines = (await Array.fromAsync(reconciler.report(id))).map((line) => JSON.parse(line) as ReportLine);
  expect(new Set(lines.map(({ container, path }) => `${container}/${path}`)).size).toBe(3 * each);
  expect(lines).toHaveLength(3 * each);
  expect((await reconciler.list()).map((listed) => listed.id)).toEqual([id]);
  expect(log.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});
