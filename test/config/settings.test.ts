import { describe, expect, it } from 'vitest';
import { KNOWN_SETTINGS } from '../../src/config/known-settings.ts';
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

  const uri = (account: string) => ({
    BLOBMIRROR_BACKUP: undefined,
    BLOBMIRROR_BACKUP__blobServiceUri: `https://${account}`,
  });
  it.each([
    ['another case', { BLOBMIRROR_BACKUP: connection('SourceAccount') }],
    ['a URI', uri('sourceaccount.blob.core.windows.net')],
    ['a URI in another case', uri('SourceAccount.Blob.Core.Windows.Net')],
    ['a slash', uri('sourceaccount.blob.core.windows.net/')],
    ['a dot', uri('sourceaccount.blob.core.windows.net.')],
    ['a port', uri('sourceaccount.blob.core.windows.net:443')],
    ['the secondary endpoint', uri('sourceaccount-secondary.blob.core.windows.net')],
    ['a path', uri('127.0.0.1:10000/sourceaccount-secondary/')],
    [
      'a custom domain',
      {
        BLOBMIRROR_SOURCE: `AccountName=sourceaccount;BlobEndpoint=https://storage.contoso.com;SharedAccessSignature=sig=x`,
        BLOBMIRROR_BACKUP: `AccountName=another;BlobEndpoint=https://Storage.contoso.com:443/;SharedAccessSignature=sig=x`,
      },
    ],
  ])('refuse a backup that is the source under another spelling: %s', (_, env) => {
    expect(messageOf({ ...GOOD, ...env })).toContain(
      'BLOBMIRROR_BACKUP names the account sourceaccount, which is the source',
    );
  });

  it.each([
    [
      {
        BLOBMIRROR_BACKUP: `${connection('other')};BlobEndpoint=https://sourceaccount.blob.core.windows.net`,
      },
      'AccountName other and a BlobEndpoint of the account sourceaccount',
    ],
    [
      { BLOBMIRROR_BACKUP: `${connection('other')};BlobEndpoint=https://sourceaccount.dfs.core.windows.net` },
      'BLOBMIRROR_BACKUP has a BlobEndpoint that should be like',
    ],
    [uri('sourceaccount.dfs.core.windows.net'), 'it should be like https://ACCOUNT.blob.core.windows.net'],
    [uri('other.blob.core.windows.net/photos'), 'it should be like https://ACCOUNT.blob.core.windows.net'],
    [
      { BLOBMIRROR_SERVICE_BUS: `Endpoint=x;SharedAccessKeyName=n;SharedAccessKey=${KEY}` },
      'an Endpoint that',
    ],
    [
      { BLOBMIRROR_SERVICE_BUS: undefined, BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace: 'sb://ns/' },
      'BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace is "sb://ns/"; it should be a host name',
    ],
    [{ BLOBMIRROR_RECONCILE_QUEUE: 'Storage-Events' }, 'are both "storage-events"'],
    [{ BLOBMIRROR_CANARY_CONTAINER: 'blobmirror-state' }, 'BLOBMIRROR_STATE_CONTAINER are both'],
    [
      { BLOBMIRROR_CANARY_CONTAINER: 'lost', BLOBMIRROR_EVENT_GRID_DEAD_LETTERS: 'lost' },
      'BLOBMIRROR_EVENT_GRID_DEAD_LETTERS are both',
    ],
  ])('refuse %o', (env, line) => {
    expect(messageOf({ ...GOOD, ...env })).toContain(line);
  });

  const LONG_KEY = `${'Ab1/'.repeat(21)}Ab==`;
  const SAS = '?sv=2025-01-05&ss=b&sig=c2VjcmV0%2Bc2ln%3D';
  const SECRETS = {
    'a SAS': SAS,
    'a URL with a SAS': `https://sourceaccount.blob.core.windows.net/${SAS}`,
    'a URL with a password': 'https://me:c2VjcmV0@sourceaccount.blob.core.windows.net',
    'a connection string': connection('sourceaccount'),
    'a key': LONG_KEY,
  };
  const MAY_HOLD_SECRETS = [
    'BLOBMIRROR_SOURCE',
    'BLOBMIRROR_BACKUP',
    'BLOBMIRROR_STATE',
    'BLOBMIRROR_SERVICE_BUS',
    'BLOBMIRROR_HTTP_KEY',
    ...['SOURCE', 'BACKUP', 'STATE'].map((account) => `BLOBMIRROR_${account}__secondary`),
  ];
  it.each(Object.entries(SECRETS))(
    'refuse %s in each setting that takes none, and never show it',
    (_, secret) => {
      for (const name of KNOWN_SETTINGS) {
        const [connected = ''] = name.split('__');
        const env = { ...GOOD, ...(name !== connected && { [connected]: undefined }), [name]: secret };
        const line = messageOf(env);
        for (const part of [SAS, 'c2VjcmV0', KEY, LONG_KEY]) expect(line).not.toContain(part);
        if (MAY_HOLD_SECRETS.includes(name)) continue;
        expect(line).toMatch(new RegExp(`^${name} .*BLOBMIRROR_`));
      }
    },
  );

  it.each([
    ['BLOBMIRROR_HTTP_HOST', 'Zk3_xY-9aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789_-AbCd=='],
    ['BLOBMIRROR_LOG_LEVEL', 'abc8Q~aBcDeFgHiJkLmNoPqRsTuVwXyZ012345.ab'],
    ['BLOBMIRROR_NAME', LONG_KEY.replace(/=+$/, '')],
    ['BLOBMIRROR_BACKUP_CONTAINER_PREFIX', encodeURIComponent(encodeURIComponent(SAS))],
  ])('never show in %s what may be a secret: %s', (name, secret) => {
    const line = messageOf({ ...GOOD, [name]: secret });
    expect(line).toMatch(new RegExp(`^${name} `));
    expect(line).not.toContain(secret.slice(4, 16));
  });

  it('never show a signature that is a part of a path', () => {
    const pasted = 'https://sourceaccount.blob.core.windows.net/sig=TOPSECRET';
    const line = messageOf({
      ...GOOD,
      BLOBMIRROR_SOURCE: undefined,
      BLOBMIRROR_SOURCE__blobServiceUri: pasted,
    });
    expect(line).toMatch(/^BLOBMIRROR_SOURCE__blobServiceUri /);
    expect(line).not.toContain('TOPSECRET');
  });

  it('take a second SAS beside the first one, for the same account only', () => {
    const sas = (account: string, sig: string) =>
      `BlobEndpoint=https://${account}.blob.core.windows.net;SharedAccessSignature=sv=1&sig=${sig}`;
    const read = (env: Record<string, string>) => () => readSettings({ ...GOOD, ...env });
    const first = { BLOBMIRROR_SOURCE: sas('photos', 'hidden1') };
    const second = sas('photos', 'hidden2');
    expect(read({ ...first, BLOBMIRROR_SOURCE__secondary: second })().source).toMatchObject({
      accountName: 'photos',
      secondary: second,
    });
    const keyed = { BLOBMIRROR_SOURCE: 'AccountName=photos;AccountKey=hidden3' };
    for (const [env, says] of [
      [{ ...keyed, BLOBMIRROR_SOURCE__secondary: second }, /BLOBMIRROR_SOURCE holds no SAS/],
      [
        { ...first, BLOBMIRROR_SOURCE__secondary: keyed.BLOBMIRROR_SOURCE },
        /__secondary is no connection string with a SAS/,
      ],
      [
        { ...first, BLOBMIRROR_SOURCE__secondary: sas('other', 'hidden4') },
        /__secondary is for the account other; it should be for photos/,
      ],
      [
        { ...first, BLOBMIRROR_SOURCE__secondary: '@Microsoft.KeyVault(SecretUri=x)' },
        /__secondary is a reference to Key Vault that was not resolved/,
      ],
      [{ BLOBMIRROR_SOURCE: '@Microsoft.KeyVault(SecretUri=x)' }, /BLOBMIRROR_SOURCE is a reference/],
    ] as const) {
      expect(read(env)).toThrow(says);
      expect(read(env)).not.toThrow(/hidden/);
    }
  });

  it('take addresses of secrets in Key Vault, and show none of anything else', () => {
    const read = (text: string) => () =>
      readSettings({ ...GOOD, BLOBMIRROR_KEY_VAULT_SECRETS: text }).keyVault.secrets;
    const secret = 'https://kv-one.vault.azure.net/secrets/source';
    expect(read(`${secret}; ${secret}/0123456789abcdef0123456789abcdef`)()).toHaveLength(2);
    expect(read('')()).toEqual([]);
    expect(read('http://kv-one.vault.azure.net/secrets/source')).toThrow(/it should be addresses like https/);
    expect(read('https://kv-one.vault.azure.net/keys/source')).toThrow(/it should be addresses/);
  });

  it('say which setting takes a SAS, with the account of its URL', () => {
    for (const [name, value] of [
      ['BLOBMIRROR_SOURCE', SECRETS['a URL with a SAS']],
      ['BLOBMIRROR_SOURCE__blobServiceUri', SECRETS['a URL with a SAS']],
    ] as const)
      expect(messageOf({ ...GOOD, BLOBMIRROR_SOURCE: undefined, [name]: value })).toContain(
        'BlobEndpoint=https://sourceaccount.blob.core.windows.net;SharedAccessSignature=SAS',
      );
  });

  it('never put a secret into the line', () => {
    for (const name of ['BLOBMIRROR_SOURCE', 'BLOBMIRROR_BACKUP', 'BLOBMIRROR_SERVICE_BUS']) {
      expect(messageOf({ ...GOOD, [name]: `AccountKey=${KEY}` })).not.toContain(KEY);
    }
  });
});
