import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Run } from '../../../src/model/reconcile/run.js';
import { type LocalAccount, type LocalInfo, writeReadyFile } from '../../../src/local/ready-file.js';
import { type Local, startLocal } from '../../../src/local/start-local.js';
import type { StorageRequest } from '../../../src/local/storage/storage-request.js';
import { createSilentLogger } from '../../support/silent-logger.js';
import { type BlobmirrorProcess, type ProcessOptions, runBlobmirror } from './blobmirror-process.js';
import { type Accounts, connectAccounts, startWorker } from './start-environment.js';
import { through } from './start-proxied-worker.js';
import { type Intercept, startProxy } from './start-proxy.js';
import { temporaryDirectory } from './temporary-directory.js';

export interface UnheardOptions {
  readonly hierarchical?: boolean;
  /** Makes what the mirror's requests to an account pass. The tests' do not. */
  readonly intercept?: Partial<Record<'source' | 'backup', (account: LocalAccount) => Intercept>>;
}

/** Two accounts none of whose events arrives, so that a full sync alone finds what changes. */
export interface Unheard extends Accounts {
  readonly info: LocalInfo;
  /** As the mirror sees the accounts. */
  readonly readyFile: string;
  /** The mirror's own requests so far, oldest first. */
  readonly requests: StorageRequest[];
  startWorker(args?: readonly string[], options?: ProcessOptions): Promise<BlobmirrorProcess>;
  /** `blobmirror reconcile` to its end. */
  reconcile(args?: readonly string[], options?: ProcessOptions): Promise<Reconciled>;
}

export interface Reconciled {
  readonly run: Run;
  readonly status: number | string;
}

const running: Local[] = [];

/** They are gone when the tests of the file are over. */
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
      if (request.userAgent?.startsWith('blobmirror') === true) requests.push(request);
    },
    log: createSilentLogger(),
  });
  running.push(local);
  const info: LocalInfo = { ...local.info, http: { baseUrl: 'http://127.0.0.1:9' } };
  const readyFile = join(await temporaryDirectory(), 'local.json');
  await writeReadyFile(readyFile, {
    ...info,
    source: await behind(info.source, intercept?.source),
    backup: await behind(info.backup, intercept?.backup),
  });
  return {
    ...connectAccounts(info),
    info,
    readyFile,
    requests,
    startWorker: async (args, options) => await startWorker(readyFile, args, options),
    reconcile: async (args = [], options) => {
      const command = ['reconcile', ...args, '--wait', '-o', 'json', `--local=${readyFile}`];
      const { status, stdout, stderr } = await runBlobmirror(command, options);
      if (stdout === '') throw new Error(`no run ended (${status}): ${stderr}`);
      return { run: JSON.parse(stdout) as Run, status };
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

afterAll(async () => {
  for (const local of running.splice(0)) await local.stop();
});
