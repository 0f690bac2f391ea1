import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { judgeCredentials } from '../../src/status/judge-credentials.ts';
import { watchCredentials } from '../../src/wiring/watch-credentials.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const sas = (account: string, query: string) =>
  `BlobEndpoint=https://${account}.blob.core.windows.net;SharedAccessSignature=${query}&sig=secret-${account}`;
const ENV = {
  BLOBMIRROR_SOURCE: sas('one', 'sv=1&se=2026-11-24T00:00:00Z'),
  BLOBMIRROR_BACKUP:
    'DefaultEndpointsProtocol=https;AccountName=two;AccountKey=a2V5;EndpointSuffix=core.windows.net',
  BLOBMIRROR_SERVICE_BUS: 'Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=a',
  BLOBMIRROR_EVENTS_QUEUE: 'q',
  BLOBMIRROR_RECONCILE_QUEUE: 'r',
};
const SECRET = 'https://kv-one.vault.azure.net/secrets/source';

type ReadSecret = NonNullable<Parameters<typeof watchCredentials>[1]>;

function watch(env: Record<string, string> = {}, readSecret?: ReadSecret, steady = () => 0) {
  const read = watchCredentials(readSettings({ ...ENV, ...env }), readSecret, steady);
  return async () => judgeCredentials((await read())(NOW), NOW);
}

describe('the credentials of the settings', () => {
  it('are every SAS, with its end, and no key', async () => {
    const problems = await watch({
      BLOBMIRROR_STATE: sas('three', 'sv=1&se=2026-12-01'),
      BLOBMIRROR_BACKUP: sas('two', 'si=policy'),
      BLOBMIRROR_SERVICE_BUS:
        'Endpoint=sb://x/;SharedAccessSignature=SharedAccessSignature sr=x&sig=y&se=1796040000&skn=z',
    })();
    expect(problems.map(({ code, severity = 'failing' }) => `${code} ${severity}`)).toEqual([
      'credential-ended failing',
      'credential-ending warning',
      'credential-unknown warning',
    ]);
    const text = problems.map(({ detail }) => detail).join(' ');
    for (const name of [
      'BLOBMIRROR_SOURCE',
      'BLOBMIRROR_STATE',
      'BLOBMIRROR_SERVICE_BUS',
      'BLOBMIRROR_BACKUP',
    ])
      expect(text).toContain(`the SAS of ${name}`.slice(1));
    expect(text).not.toMatch(/secret-|sig=/);
  });

  it('are replaced by a second one, which is told', async () => {
    const problems = await watch({
      BLOBMIRROR_SOURCE__secondary: sas('one', 'sv=2&se=2027-11-24T00:00:00Z'),
    })();
    expect(problems).toMatchObject([
      {
        code: 'credential-ended',
        severity: 'warning',
        detail: expect.stringContaining(
          'requests go out with the SAS of BLOBMIRROR_SOURCE__secondary',
        ) as string,
      },
    ]);
  });

  it('are not replaced by a second one that has ended before', async () => {
    const problems = await watch({ BLOBMIRROR_SOURCE__secondary: sas('one', 'sv=2&se=2026-11-01') })();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.severity).toBeUndefined();
  });

  it('are replaced by a second one only if that ends later', async () => {
    const env = {
      BLOBMIRROR_SOURCE: sas('one', 'sv=1&se=2026-12-01'),
      BLOBMIRROR_SOURCE__secondary: sas('one', 'sv=2&se=2026-11-28'),
    };
    const reports = (await watchCredentials(readSettings({ ...ENV, ...env }))())(NOW);
    const successors = reports.map(({ name, successor }) => [name, successor]);
    expect(successors).toEqual([
      ['the SAS of BLOBMIRROR_SOURCE', undefined],
      ['the SAS of BLOBMIRROR_SOURCE__secondary', 'the SAS of BLOBMIRROR_SOURCE'],
    ]);
  });

  it('of Service Bus end at a number of seconds', async () => {
    const problems = await watch({
      BLOBMIRROR_SOURCE: ENV.BLOBMIRROR_BACKUP.replace('two', 'one'),
      BLOBMIRROR_SERVICE_BUS:
        'Endpoint=sb://x/;SharedAccessSignature=SharedAccessSignature sr=x&sig=y&se=1796040000&skn=z',
    })();
    expect(problems).toMatchObject([{ code: 'credential-ending', severity: 'warning' }]);
  });

  it('with an end further away are no problem', async () => {
    expect(
      await watch({
        BLOBMIRROR_SOURCE:
          'DefaultEndpointsProtocol=https;AccountName=one;AccountKey=a2V5;EndpointSuffix=core.windows.net',
      })(),
    ).toEqual([]);
  });
});

describe('a secret of Key Vault', () => {
  const KEYED = {
    BLOBMIRROR_SOURCE:
      'DefaultEndpointsProtocol=https;AccountName=one;AccountKey=a2V5;EndpointSuffix=core.windows.net',
    BLOBMIRROR_KEY_VAULT_SECRETS: SECRET,
  };

  it('is read once a day, and after ten minutes where that failed', async () => {
    let time = 0;
    let answer: Awaited<ReturnType<ReadSecret>> = { unknown: 'the vault answered with 403' };
    const asked: number[] = [];
    const read = watch(
      KEYED,
      async (uri) => {
        expect(uri).toBe(SECRET);
        asked.push(time);
        return await Promise.resolve(answer);
      },
      () => time,
    );
    const codes = async () => (await read()).map(({ code }) => code);
    expect(await codes()).toEqual(['credential-unknown']);
    time = 599_999;
    expect(await codes()).toEqual(['credential-unknown']);
    time = 600_000;
    answer = { endsAt: new Date('2026-12-01T00:00:00Z'), isEnabled: true };
    expect(await codes()).toEqual(['credential-ending']);
    time += 24 * 3_600_000 - 1;
    answer = { endsAt: undefined, isEnabled: true };
    expect(await codes()).toEqual(['credential-ending']);
    time += 1;
    expect(await codes()).toEqual([]);
    expect(asked).toHaveLength(3);
  });

  it('that is disabled is told, and stops nothing', async () => {
    const read = watch(KEYED, async () => await Promise.resolve({ endsAt: undefined, isEnabled: false }));
    expect(await read()).toEqual([
      {
        code: 'credential-ended',
        detail:
          'The secret source of kv-one.vault.azure.net is not accepted any more: it is disabled; the value that it had is still in use.',
        publicDetail:
          'A secret of Key Vault is not accepted any more: it is disabled; the value that it had is still in use.',
        severity: 'warning',
      },
    ]);
  });
});
