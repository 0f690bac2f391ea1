import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';

const KEY = 'c2VjcmV0LWtleQ==';
const connection = (account: string): string =>
  `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${KEY};EndpointSuffix=core.windows.net`;

const GOOD = {
  BLOBMIRROR_SOURCE: connection('sourceaccount'),
  BLOBMIRROR_BACKUP: connection('backupaccount'),
  BLOBMIRROR_SERVICE_BUS: `Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=${KEY}`,
  BLOBMIRROR_EVENTS_QUEUE: 'storage-events',
  BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
};

function messageOf(env: Record<string, string | undefined>): string {
  try {
    readSettings(env);
    return 'no error';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the settings', () => {
  it('have defaults for all but the connections', () => {
    expect(readSettings(GOOD)).toMatchObject({
      source: { accountName: 'sourceaccount' },
      backup: { accountName: 'backupaccount' },
      eventsQueue: 'storage-events',
      copy: { engine: 'auto', verify: 'service', budgetMs: 240_000 },
      maxRequestsPerSecond: { source: undefined, backup: undefined },
      scope: { containers: { include: [], exclude: [] }, names: { prefix: '' } },
      policy: { deletes: 'mirror', tier: 'same', tags: 'off' },
      logLevel: 'info',
    });
  });

  it('take an endpoint and an identity in the place of a connection string', () => {
    const settings = readSettings({
      ...GOOD,
      BLOBMIRROR_SOURCE: undefined,
      BLOBMIRROR_SOURCE__blobServiceUri: 'https://sourceaccount.blob.core.windows.net',
      BLOBMIRROR_SOURCE__clientId: 'an-id',
      BLOBMIRROR_SERVICE_BUS: undefined,
      BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace: 'ns.servicebus.windows.net',
    });
    expect(settings.source).toEqual({
      accountName: 'sourceaccount',
      blobServiceUri: 'https://sourceaccount.blob.core.windows.net',
      clientId: 'an-id',
    });
    expect(settings.serviceBus).toEqual({
      fullyQualifiedNamespace: 'ns.servicebus.windows.net',
      clientId: undefined,
    });
  });

  it('name the account of a SAS connection string by its endpoint', () => {
    const sas = 'BlobEndpoint=http://127.0.0.1:10000/sourceaccount;SharedAccessSignature=sv=2021&sig=x';
    expect(readSettings({ ...GOOD, BLOBMIRROR_SOURCE: sas }).source.accountName).toBe('sourceaccount');
  });

  it.each([
    [
      'BLOBMIRROR_SOURCE',
      undefined,
      'BLOBMIRROR_SOURCE is not set; it should be a storage connection string',
    ],
    ['BLOBMIRROR_BACKUP', '  ', 'BLOBMIRROR_BACKUP is not set; it should be a storage connection string'],
    ['BLOBMIRROR_BACKUP', 'nonsense', 'BLOBMIRROR_BACKUP is not a storage connection string; it should hold'],
    [
      'BLOBMIRROR_BACKUP',
      connection('sourceaccount'),
      'BLOBMIRROR_BACKUP names the account sourceaccount, which is the source',
    ],
    [
      'BLOBMIRROR_SOURCE__blobServiceUri',
      'https://x.blob.core.windows.net',
      'BLOBMIRROR_SOURCE and BLOBMIRROR_SOURCE__blobServiceUri are both set',
    ],
    [
      'BLOBMIRROR_SERVICE_BUS',
      'nonsense',
      'BLOBMIRROR_SERVICE_BUS is not a Service Bus connection string; it should hold',
    ],
    [
      'BLOBMIRROR_SERVICE_BUS',
      'Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=n',
      'BLOBMIRROR_SERVICE_BUS is not a Service Bus connection string; it should hold',
    ],
    [
      'BLOBMIRROR_EVENTS_QUEUE',
      undefined,
      'BLOBMIRROR_EVENTS_QUEUE is not set; it should be the name of the queue',
    ],
    [
      'BLOBMIRROR_COPY',
      'fast',
      'BLOBMIRROR_COPY is "fast"; it should be auto or server or copy-blob or streamed',
    ],
    ['BLOBMIRROR_VERIFY', 'no', 'BLOBMIRROR_VERIFY is "no"; it should be service or full'],
    ['BLOBMIRROR_COPY_BUDGET', '0', 'BLOBMIRROR_COPY_BUDGET is "0"; it should be a whole number of seconds'],
    ['BLOBMIRROR_DELETES', 'maybe', 'BLOBMIRROR_DELETES is "maybe"; it should be mirror or keep'],
    ['BLOBMIRROR_HTTP_HOST', 'localhost', 'BLOBMIRROR_HTTP_HOST is "localhost"; it should be an IP address'],
    ['BLOBMIRROR_HTTP_KEY', 'sesame', 'BLOBMIRROR_HTTP_KEY is too short or has invalid characters'],
    ['BLOBMIRROR_LOG_LEVEL', 'loud', 'BLOBMIRROR_LOG_LEVEL is "loud"; it should be debug or info'],
  ])('refuse %s = %j with a line that names it', (name, value, line) => {
    expect(messageOf({ ...GOOD, [name]: value })).toContain(line);
  });

  it.each([
    ['https://photos.z12.blob.storage.azure.net', 'photos'],
    ['https://photos-secondary.blob.core.windows.net', 'photos'],
    ['http://azurite:10000/photos', 'photos'],
    ['http://[::1]:10000/photos', 'photos'],
  ])('name the account of the endpoint %s', (uri, accountName) => {
    const { source } = readSettings({
      ...GOOD,
      BLOBMIRROR_SOURCE: undefined,
      BLOBMIRROR_SOURCE__blobServiceUri: uri,
    });
    expect(source.accountName).toBe(accountName);
  });

  it.each(['sourceaccount', 'https://storage.contoso.com', 'https://photos.dfs.core.windows.net'])(
    'refuse the endpoint %s, which does not name the account that events and stamps name',
    (uri) => {
      expect(
        messageOf({ ...GOOD, BLOBMIRROR_SOURCE: undefined, BLOBMIRROR_SOURCE__blobServiceUri: uri }),
      ).toBe(
        `BLOBMIRROR_SOURCE__blobServiceUri is "${uri}"; it should be like https://ACCOUNT.blob.core.windows.net`,
      );
      expect(
        messageOf({ ...GOOD, BLOBMIRROR_SOURCE: `BlobEndpoint=${uri};SharedAccessSignature=sv=2021&sig=x` }),
      ).toContain('a BlobEndpoint like https://ACCOUNT.blob.core.windows.net');
    },
  );

  it('never put a secret into the line', () => {
    for (const name of ['BLOBMIRROR_SOURCE', 'BLOBMIRROR_BACKUP', 'BLOBMIRROR_SERVICE_BUS']) {
      expect(messageOf({ ...GOOD, [name]: `AccountKey=${KEY}` })).not.toContain(KEY);
    }
  });
});
