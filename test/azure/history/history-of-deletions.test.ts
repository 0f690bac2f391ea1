import { BlobServiceClient } from '@azure/storage-blob';
import { BACKUP, SOURCE, startStorage, type StorageRequest } from '@blobmirror/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runHistory } from '../../../src/cli/run-history.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { type Key, keyText, parseKey } from '../../../src/model/key.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { type OpenAccounts, openAccounts } from '../../../src/wiring/open-accounts.ts';

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

type Serving = Awaited<ReturnType<typeof startStorage>>;

describe('a mirror with BLOBMIRROR_HISTORY, on real accounts', () => {
  const requests: string[] = [];
  let storage: Serving;
  let accounts: OpenAccounts;
  let users: { readonly source: BlobServiceClient; readonly backup: BlobServiceClient };
  let keys = 0;
  let printed = '';

  beforeAll(async () => {
    storage = await startStorage({
      port: 0,
      accounts: [SOURCE, { ...BACKUP, versioning: true, blobRetentionDays: 30 }],
      onRequest: ({ account, operation, userAgent }: StorageRequest) => {
        if (userAgent?.startsWith('blobmirror')) requests.push(`${account} ${operation}`);
      },
    });
    const of = (name: string) => BlobServiceClient.fromConnectionString(storage.connectionString(name));
    users = { source: of(SOURCE.name), backup: of(BACKUP.name) };
    for (const user of Object.values(users)) await user.getContainerClient('photos').create();
    for (const [name, value] of Object.entries(environment(storage))) vi.stubEnv(name, value);
    accounts = openAccounts(readSettings(process.env), createLogger('silent'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await storage.stop();
  });
  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    return () => vi.restoreAllMocks();
  });

  const newKey = (): Key => parseKey('photos', `2026/blob-${++keys}`);
  const blob = (side: keyof typeof users, { container, path }: Key) =>
    users[side].getContainerClient(container).getBlockBlobClient(path);
  const write = async (key: Key, content: string) =>
    await blob('source', key).upload(content, content.length);

  /** Resolves to the requests that it took. */
  async function converge(key: Key): Promise<readonly string[]> {
    const core = await accounts.core();
    requests.length = 0;
    await core.converge(key);
    return [...requests];
  }

  it('needs no request more for an overwrite, and one more for a deletion', async () => {
    const key = newKey();
    await write(key, 'first');
    await converge(key);
    await write(key, 'second');
    expect(await converge(key)).toHaveLength(3);
    await blob('source', key).delete();
    await converge(newKey());
    // The first record makes its container.
    await accounts.backup.delete(newKey(), '0x1' as never, 'replaced').catch(() => undefined);
    expect(await converge(key)).toEqual([
      'backupaccount Blob_GetProperties',
      'sourceaccount Blob_GetProperties',
      'backupaccount BlockBlob_Upload',
      'backupaccount Blob_Delete',
    ]);
  });

  it('lists what was overwritten and deleted, with its bytes, and when and why it ended', async () => {
    const key = newKey();
    for (const content of ['first', 'the second']) {
      await write(key, content);
      await converge(key);
    }
    await blob('source', key).delete();
    await converge(key);
    await write(key, 'third');
    await converge(key);

    expect(await runHistory(keyText(key), { output: 'table' })).toBe(0);
    expect(printed.split('\n')).toEqual([
      keyText(key),
      expect.stringMatching(`^  ${TIME}  now +5 B$`),
      expect.stringMatching(`^  ${TIME}  ${TIME}  deleted +10 B$`),
      expect.stringMatching(`^  ${TIME}  ${TIME}  overwritten  5 B$`),
      '',
    ]);

    printed = '';
    expect(await runHistory(keyText(key), { output: 'json' })).toBe(0);
    const lines = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { versionId: string });
    expect(lines).toMatchObject([
      { key: keyText(key), to: null, why: null, isCurrent: true },
      { why: 'absent-at-source', bytes: 10 },
      { why: 'overwritten', bytes: 5 },
    ]);
    const contents = await Promise.all(
      lines.map(async ({ versionId }) => {
        const version = blob('backup', key).withVersion(versionId);
        return (await version.downloadToBuffer()).toString();
      }),
    );
    expect(contents).toEqual(['third', 'the second', 'first']);
  });

  it('lists a folder, or what was deleted of it, and says by its status that there is nothing', async () => {
    const folder = `below-${++keys}`;
    const [kept, deleted] = ['kept', 'deleted'].map((name) => parseKey('photos', `${folder}/${name}`)) as [
      Key,
      Key,
    ];
    for (const key of [kept, deleted]) {
      await write(key, 'x');
      await converge(key);
    }
    await blob('source', deleted).delete();
    await converge(deleted);

    expect(await runHistory(`photos/${folder}/`, { output: 'table' })).toBe(0);
    expect(printed).toContain(`${keyText(kept)}\n`);
    printed = '';
    expect(await runHistory(`photos/${folder}/`, { output: 'table', deleted: true })).toBe(0);
    expect(printed.split('\n')[0]).toBe(keyText(deleted));
    expect(printed).not.toContain(keyText(kept));
    printed = '';
    expect(await runHistory(`photos/${folder}`, { output: 'table' })).toBe(7);
    expect(await runHistory('nowhere/', { output: 'table' })).toBe(7);
    expect(printed).toBe('');
    await expect(runHistory('/x', { output: 'table' })).rejects.toMatchObject({ code: 'request-invalid' });
  });

  it('mirrors none of its records', () => {
    const { scope } = accounts;
    const records = parseKey('blobmirror-history', 'photos/2026/blob-1');
    expect(scope.includes(records)).toBe(false);
  });
});

it('a mirror of hierarchical accounts refuses a history that it cannot keep', async () => {
  const storage = await startStorage({ port: 0, accounts: [SOURCE, BACKUP], hierarchical: true });
  try {
    const accounts = openAccounts(readSettings(environment(storage)), createLogger('silent'));
    const refused = {
      code: 'setting-invalid',
      message:
        'BLOBMIRROR_HISTORY is 30d, and the accounts are hierarchical, of which there is no history; it should be off',
    };
    await expect(accounts.isHierarchical()).rejects.toMatchObject(refused);
    await expect(accounts.core()).rejects.toMatchObject(refused);
  } finally {
    await storage.stop();
  }
});

function environment(storage: Serving): Record<string, string> {
  return {
    BLOBMIRROR_SOURCE: storage.connectionString(SOURCE.name),
    BLOBMIRROR_BACKUP: storage.connectionString(BACKUP.name),
    BLOBMIRROR_SERVICE_BUS:
      'Endpoint=sb://127.0.0.1;SharedAccessKeyName=k;SharedAccessKey=x;UseDevelopmentEmulator=true;',
    BLOBMIRROR_EVENTS_QUEUE: 'events',
    BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
    BLOBMIRROR_HISTORY: '30d',
  };
}
