import { join } from 'node:path';
import { type LocalAccount, writeReadyFile, startLocal, type StorageRequest } from '@blobmirror/local';
import { createCommandApp } from '../../../src/wiring/create-command-app.ts';
import type { Reconciler } from '../../../src/wiring/create-reconciliation.ts';
import { exitStatusOf } from '../../../src/cli/reconcile/run-figures.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { localSettings } from '../../../src/cli/local-settings.ts';
import { parseReconcileRequest } from '../../../src/api/reconcile-request.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { Run } from '../../../src/api/run.ts';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import type { BlobmirrorProcess, ProcessOptions } from './blobmirror-process.ts';
import { atEndOfFile } from './end-of-file.ts';
import { type Accounts, connectAccounts, startWorker } from './start-environment.ts';
import { through } from './start-proxied-worker.ts';
import { type Intercept, startProxy } from './start-proxy.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { waitUntil } from './wait-until.ts';

export interface UnheardOptions {
  readonly hierarchical?: boolean;
  /** Intercepts the mirror's requests to an account, but not those of the tests. */
  readonly intercept?: Partial<Record<'source' | 'backup', (account: LocalAccount) => Intercept>>;
}

/** Two accounts without events, so that only a full sync finds changes. */
export interface Unheard extends Accounts {
  readonly info: ReadyFile;
  /** The accounts as the mirror sees them. */
  readonly readyFile: string;
  /** The mirror's own requests so far, oldest first, without those for the documents of its runs. */
  readonly requests: StorageRequest[];
  readonly startWorker: (args?: readonly string[], options?: ProcessOptions) => Promise<BlobmirrorProcess>;
  /** What the command line connects to. */
  readonly reconciler: Reconciler;
  /** Begins a run, as the command line does, and waits for its end. */
  readonly reconcile: (request?: object) => Promise<Reconciled>;
  readonly untilEnded: (id: RunId) => Promise<Reconciled>;
}

interface Reconciled {
  readonly run: Run;
  /** The exit status of the command line. */
  readonly status: number;
}

const running: { stop(): Promise<void> }[] = [];

/** They are stopped when the tests of the file are over. */
export async function startUnheard({
  hierarchical = false,
  intercept,
}: UnheardOptions = {}): Promise<Unheard> {
  const requests: StorageRequest[] = [];
  const local = await startLocal({
    storagePort: 0,
    serviceBusPort: 0,
    hierarchical,
    faults: { seed: 1, dropShare: 1 },
    onRequest: (request) => {
      const isMirror = request.userAgent?.startsWith('blobmirror') === true;
      if (isMirror && request.container !== 'blobmirror-state') requests.push(request);
    },
    log: createSilentLogger(),
  });
  running.push(local);
  const info: ReadyFile = { ...local.connections, http: { baseUrl: 'http://127.0.0.1:9' } };
  const readyFile = join(await temporaryDirectory(), 'local.json');
  const seen = {
    ...info,
    source: await behind(info.source, intercept?.source),
    backup: await behind(info.backup, intercept?.backup),
  };
  await writeReadyFile(readyFile, seen);
  const settings = readSettings(localSettings(seen));
  const app = createCommandApp(settings, createSilentLogger());
  const { reconciler } = app.reconciliation;
  running.push(app);
  const untilEnded: Unheard['untilEnded'] = async (id) =>
    await waitUntil(
      `the run ${id} has ended`,
      async () => {
        const run = await reconciler.read(id);
        return run?.endedAt !== undefined && { run, status: exitStatusOf(run) };
      },
      { every: 100 },
    );
  return {
    ...connectAccounts(info),
    info,
    readyFile,
    requests,
    startWorker: async (args, options) => await startWorker(readyFile, args, options),
    reconciler,
    untilEnded,
    reconcile: async (request = {}) => {
      const begun = await reconciler.start(parseReconcileRequest(request, 'command-line'));
      if ('running' in begun) throw new Error(`the run ${begun.running} is under way`);
      return await untilEnded(begun.started.id);
    },
  };
}

async function behind(
  account: LocalAccount,
  intercept: ((account: LocalAccount) => Intercept) | undefined,
): Promise<LocalAccount> {
  if (intercept === undefined) return account;
  const { port } = new URL(account.blobEndpoint);
  return through(await startProxy(Number(port), intercept(account)), account);
}

atEndOfFile(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop();
});
