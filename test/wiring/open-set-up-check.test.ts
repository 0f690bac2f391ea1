import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AccountSASPermissions,
  BlobServiceClient,
  generateAccountSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  QUEUES,
  type LocalAccount,
  startBroker,
  type HistoryOptions,
  type Local,
  startLocal,
  type StorageRequest,
} from '@blobmirror/local';
import { checkSettings, type Finding } from '../../src/wiring/open-set-up-check.ts';
import type * as ObservedClocks from '../../src/clock/observed-clock.ts';
import { readSettings } from '../../src/config/settings.ts';
import { createPauseStore } from '../../src/pause/pause-store.ts';
import { openDocuments } from '../../src/wiring/open-documents.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const HOUR = 3_600_000;

const heard = vi.hoisted((): { clock?: ObservedClocks.ObservedClock } => ({}));
vi.mock('../../src/clock/observed-clock.ts', async (original) => {
  const actual = await original<typeof ObservedClocks>();
  return {
    ...actual,
    get theServiceClock() {
      return (heard.clock ??= new actual.ObservedClock({
        own: () => Date.now(),
        steady: () => performance.now(),
      }));
    },
  };
});
// Each test is a process of its own, which has heard no account yet.
beforeEach(() => void delete heard.clock);

let flat: Local;
const requests: StorageRequest[] = [];
const running: { stop(): Promise<unknown> }[] = [];

async function start(hierarchical: boolean, backupHistory: HistoryOptions = {}): Promise<Local> {
  const local = await startLocal({
    storagePort: 0,
    serviceBusPort: 0,
    hierarchical,
    backupHistory,
    onRequest: (request) => requests.push(request),
    log: createSilentLogger(),
  });
  running.push(local);
  await connect(local.connections.source).createContainer('photos');
  return local;
}

function connect({ connectionString }: LocalAccount): BlobServiceClient {
  return BlobServiceClient.fromConnectionString(connectionString);
}

beforeAll(async () => {
  flat = await start(false);
});

afterAll(async () => {
  for (const each of running) await each.stop();
});

/** What is found with the settings of an environment and some of one's own, by the name of the check. */
async function check(
  { connections: info }: Local,
  settings: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, Finding>>> {
  const environment = { ...localSettings(info), ...settings };
  const findings = await Array.fromAsync(checkSettings(readSettings(environment)));
  const text = JSON.stringify(findings);
  expect(text).not.toContain(info.source.accountKey);
  expect(text).not.toMatch(/sig=|AccountKey=|SharedAccessKey=/);
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
}

function notOk(findings: Readonly<Record<string, Finding>>): Record<string, string> {
  return Object.fromEntries(
    Object.values(findings)
      .filter(({ status }) => status !== 'ok')
      .map((finding) => [finding.check, finding.status]),
  );
}

/** What the embedded environment is explained for: it keeps nothing that is deleted, and no worker has mirrored yet. */
// No worker runs, and none has ever mirrored a change.
const EXPLAINED = { 'backup-soft-delete': 'warning', 'event-subscription': 'unknown', workers: 'warning' };

function withSas(
  { accountName, accountKey, blobEndpoint }: LocalAccount,
  permissions: string,
  types = 'sco',
): string {
  const sas = generateAccountSASQueryParameters(
    {
      services: 'b',
      resourceTypes: types,
      permissions: AccountSASPermissions.parse(permissions),
      protocol: SASProtocol.HttpsAndHttp,
      startsOn: new Date(Date.now() - HOUR),
      expiresOn: new Date(Date.now() + HOUR),
    },
    new StorageSharedKeyCredential(accountName, accountKey),
  );
  return `BlobEndpoint=${blobEndpoint};AccountName=${accountName};SharedAccessSignature=${sas.toString()}`;
}

function withKey({ connectionString, accountKey }: LocalAccount, key: string): string {
  return connectionString.replace(accountKey, key);
}

/** The same server with a clock that is ahead of ours. */
async function withClock({ connectionString, blobEndpoint }: LocalAccount, aheadMs: number): Promise<string> {
  const { host, hostname, port } = new URL(blobEndpoint);
  const server = createServer((request, response) => {
    const { method, url, rawHeaders } = request;
    const onward = send({ hostname, port, method, path: url, headers: [...rawHeaders] }, (answer) => {
      answer.headers.date = new Date(Date.now() + aheadMs).toUTCString();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  const address = server.address() as AddressInfo;
  return connectionString.replaceAll(host, `127.0.0.1:${address.port}`);
}

it.each([
  [
    'a clock that is ten minutes ahead',
    -600_000,
    'problem',
    /^clock-off: the clock of this machine is (9 min 59 s|10 min.*) ahead/,
  ],
  [
    'a clock that half a minute is behind',
    30_000,
    'warning',
    /^the clock of this machine is (29|3\d) s behind/,
  ],
])('%s', async (_, aheadMs, status, detail) => {
  const findings = await check(flat, {
    BLOBMIRROR_BACKUP: await withClock(flat.connections.backup, aheadMs),
  });
  expect(findings['backup-clock']).toMatchObject({ status });
  expect(findings['backup-clock']?.detail).toMatch(detail);
  expect(findings['source-clock']?.status).toBe('ok');
});

it('a connection string that the library of Service Bus does not accept is a finding about each queue', async () => {
  const settings = readSettings(localSettings(flat.connections));
  const serviceBus = { connectionString: 'Endpoint=sb://;SharedAccessKey=secret' };
  const findings = await Array.fromAsync(checkSettings({ ...settings, serviceBus }));
  const about = findings.filter(({ check: name }) => name.endsWith('-queue-receive'));
  expect(findings.find(({ check: name }) => name === 'source-list')?.status).toBe('ok');
  expect(about).toHaveLength(2);
  for (const { status, detail } of about) {
    expect(status).toBe('problem');
    expect(detail).toContain('BLOBMIRROR_SERVICE_BUS');
    expect(detail).not.toContain('secret');
  }
});

describe('a set-up that is as it should be', () => {
  it('has no problem, and each warning and unknown is explained', async () => {
    const findings = await check(flat);
    expect(notOk(findings)).toEqual(EXPLAINED);
    expect(findings['event-subscription']?.fix).toMatch(/^az eventgrid event-subscription list/);
  });

  it('of hierarchical accounts has no problem, access included', async () => {
    const findings = await check(await start(true));
    expect(notOk(findings)).toEqual(EXPLAINED);
    expect(findings['backup-access']?.status).toBe('ok');
  });

  it('with a history, and a backup that keeps versions for as long, has no problem', async () => {
    const findings = await check(await start(false, { versioning: true, blobRetentionDays: 30 }), {
      BLOBMIRROR_HISTORY: '30d',
    });
    expect(findings['backup-history']?.status).toBe('ok');
    const { 'backup-soft-delete': _, ...explained } = EXPLAINED;
    expect(notOk(findings)).toEqual(explained);
  });

  it('with a history that the backup does not keep has a problem', async () => {
    const findings = await check(flat, { BLOBMIRROR_HISTORY: '30d' });
    expect(notOk(findings)).toEqual({ ...EXPLAINED, 'backup-history': 'problem' });
  });

  it('with a SAS for each account and tags has no problem', async () => {
    const { source, backup } = flat.connections;
    const findings = await check(flat, {
      BLOBMIRROR_SOURCE: withSas(source, 'rltf'),
      BLOBMIRROR_BACKUP: withSas(backup, 'rwdlact'),
      BLOBMIRROR_TAGS: 'mirror',
    });
    expect(notOk(findings)).toEqual(EXPLAINED);
    expect([findings['source-tags']?.status, findings['backup-tags']?.status]).toEqual(['ok', 'ok']);
  });

  it('is not changed: nothing is written to the source, and nothing stays on the backup', async () => {
    requests.length = 0;
    await check(flat);
    const writes = requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
    expect(writes.filter(({ account }) => account === flat.connections.source.accountName)).toEqual([]);
    expect(writes.length).toBeGreaterThan(0);
    const state = connect(flat.connections.backup).getContainerClient('blobmirror-state');
    expect(await Array.fromAsync(state.listBlobsFlat())).toEqual([]);
  });

  it('says that mirroring is paused', async () => {
    const local = await start(false);
    const settings = readSettings(localSettings(local.connections));
    await createPauseStore(openDocuments(settings)).pause({ reason: 'a move' });
    const findings = await check(local);
    expect(findings['paused']).toMatchObject({ status: 'warning', fix: 'blobmirror resume' });
    expect(findings['paused']?.detail).toMatch(/^mirroring is paused since .*: a move$/);
  });
});

describe('what is wrong is found', () => {
  const WRONG_KEY = Buffer.from('wrong').toString('base64');

  it('a wrong key of the source', async () => {
    const findings = await check(flat, { BLOBMIRROR_SOURCE: withKey(flat.connections.source, WRONG_KEY) });
    expect(findings['source-list']).toMatchObject({
      status: 'problem',
      fix: expect.stringContaining('az storage account') as string,
    });
    expect(findings['source-list']?.detail).toMatch(/key/);
    expect(findings['backup-write']?.status).toBe('ok');
  });

  it('a wrong key of the backup, which the state has too', async () => {
    const findings = await check(flat, { BLOBMIRROR_BACKUP: withKey(flat.connections.backup, WRONG_KEY) });
    expect(notOk(findings)).toMatchObject({ 'backup-list': 'problem', state: 'problem' });
    expect(findings['source-read']?.status).toBe('ok');
  });

  it('a SAS on the backup that only reads', async () => {
    const findings = await check(flat, { BLOBMIRROR_BACKUP: withSas(flat.connections.backup, 'rl') });
    expect(notOk(findings)).toMatchObject({
      state: 'problem',
      'backup-write': 'problem',
      'backup-containers': 'problem',
    });
    expect(findings['backup-list']?.status).toBe('ok');
    expect(findings['backup-write']?.detail).toMatch(/the SAS does not permit it/);
    expect(findings['backup-write']?.fix).toContain('generate-sas --account-name backupaccount');
  });

  it('a SAS on the backup without a right to delete', async () => {
    const findings = await check(flat, { BLOBMIRROR_BACKUP: withSas(flat.connections.backup, 'rwlac') });
    expect(findings['backup-write']?.status).toBe('problem');
  });

  it('a SAS on the backup that makes no containers', async () => {
    const findings = await check(flat, {
      BLOBMIRROR_BACKUP: withSas(flat.connections.backup, 'rwdlac', 'so'),
    });
    expect(findings['backup-containers']?.status).toBe('problem');
    expect(findings['backup-write']?.status).toBe('ok');
  });

  it('a SAS on the source that lists no containers', async () => {
    const findings = await check(flat, { BLOBMIRROR_SOURCE: withSas(flat.connections.source, 'rl', 'co') });
    expect(findings['source-list']?.status).toBe('problem');
  });

  it('a SAS on the source without the tags that are to be mirrored', async () => {
    const findings = await check(flat, {
      BLOBMIRROR_SOURCE: withSas(flat.connections.source, 'rl'),
      BLOBMIRROR_TAGS: 'mirror',
    });
    expect(findings['source-tags']?.status).toBe('problem');
    expect(findings['source-read']?.status).toBe('ok');
  });

  it('a canary that cannot be written to the source', async () => {
    const settings = { BLOBMIRROR_CANARY: 'on', BLOBMIRROR_CANARY_CONTAINER: 'canary' };
    const refused = await check(flat, {
      ...settings,
      BLOBMIRROR_SOURCE: withSas(flat.connections.source, 'rl'),
    });
    expect(refused['source-canary']).toMatchObject({ status: 'problem' });
    expect((await check(flat, settings))['source-canary']).toMatchObject({ status: 'ok' });
  });

  it('an account that cannot be reached', async () => {
    const { connectionString, blobEndpoint } = flat.connections.source;
    const nowhere = connectionString.replaceAll(new URL(blobEndpoint).host, '127.0.0.1:1');
    const findings = await check(flat, { BLOBMIRROR_SOURCE: nowhere });
    expect(findings['source-list']).toMatchObject({ status: 'problem' });
    expect(findings['source-list']?.detail).toContain('ECONNREFUSED');
  });

  it('a hierarchical backup of a flat source, and a setting that says otherwise than the accounts', async () => {
    const { connections: info } = await start(true);
    const mixed = await check(flat, { BLOBMIRROR_BACKUP: info.backup.connectionString });
    expect(mixed['kinds']).toMatchObject({ status: 'problem' });
    expect(mixed['kinds']?.fix).toContain('--enable-hierarchical-namespace false');
    const told = await check(flat, { BLOBMIRROR_NAMESPACE: 'hierarchical' });
    expect(told['kinds']).toMatchObject({ status: 'problem' });
    expect(told['kinds']?.fix).toContain('BLOBMIRROR_NAMESPACE=flat');
  });

  it('a namespace that cannot be reached', async () => {
    const { serviceBus } = flat.connections;
    const nowhere = serviceBus.connectionString.replace(/:\d+;/, ':1;');
    const findings = await check(flat, { BLOBMIRROR_SERVICE_BUS: nowhere });
    expect(findings['events-queue-receive']).toMatchObject({ status: 'problem' });
    expect(findings['events-queue-receive']?.fix).toMatch(/^az servicebus namespace show/);
    expect(findings['queue-clock']?.status).toBe('unknown');
    expect(findings['source-read']?.status).toBe('ok');
  });

  it('a queue that is not there', async () => {
    const findings = await check(flat, { BLOBMIRROR_EVENTS_QUEUE: 'elsewhere' });
    expect(findings['events-queue-receive']).toMatchObject({
      status: 'problem',
      detail: 'there is no queue elsewhere in the namespace',
    });
    expect(findings['events-queue-receive']?.fix).toMatch(/^az servicebus queue create .*--name elsewhere /);
    expect(findings['reconcile-queue-properties']?.status).toBe('ok');
  });

  it.each([
    [{ deadLetterOnExpiration: false }, 'problem', '--enable-dead-lettering-on-message-expiration true'],
    [{ duplicateDetectionWindowMs: 0 }, 'warning', '--enable-duplicate-detection true'],
    [{ defaultTimeToLiveMs: 3_600_000 }, 'problem', '--default-message-time-to-live P14D'],
    [{ maxDeliveryCount: 2 }, 'warning', '--max-delivery-count 10'],
  ])('a queue that is declared with %j', async (declared, status, fix) => {
    const queues = QUEUES.map((queue) => ({ ...queue, ...declared }));
    const broker = await startBroker({ port: 0, queues, log: createSilentLogger() });
    running.push(broker);
    const findings = await check(flat, { BLOBMIRROR_SERVICE_BUS: broker.connectionString });
    expect(findings['events-queue-properties']).toMatchObject({ status });
    expect(findings['events-queue-properties']?.fix).toContain(fix);
  });
});
