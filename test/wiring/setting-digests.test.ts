import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { mirrorDigest, settingDigests } from '../../src/wiring/mirror-id.ts';

const ENV = {
  BLOBMIRROR_SOURCE: 'AccountName=one;AccountKey=secret-key',
  BLOBMIRROR_BACKUP: 'AccountName=two;AccountKey=a',
  BLOBMIRROR_SERVICE_BUS: 'Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=a',
  BLOBMIRROR_EVENTS_QUEUE: 'q',
  BLOBMIRROR_RECONCILE_QUEUE: 'r',
};
const digests = (env: Record<string, string> = {}) => settingDigests(readSettings({ ...ENV, ...env }));

/** What workers may have of their own, and what makes them workers of one mirror. */
const NOT_SHARED =
  /^(?:APPLICATIONINSIGHTS_|BLOBMIRROR_(?:SOURCE|BACKUP|STATE|SERVICE_BUS)(?:$|_|__)|BLOBMIRROR_(?:NAME|EVENTS_QUEUE|RECONCILE_QUEUE|RECONCILE_BUDGET|COPY|COPY_BUDGET|KEY_VAULT_\w+|LOG_LEVEL|HTTP_\w+|MAX_REQUESTS\w*)$)/;

describe('the digests of settings', () => {
  it('are of every setting that workers should share', async () => {
    const table = await readFile(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    const names = [...table.matchAll(/^\| `((?:BLOBMIRROR|APPLICATIONINSIGHTS)_\w+)` +\|/gm)].map(
      ([, name = '']) => name,
    );
    const shared = names.filter((name) => !NOT_SHARED.test(name) || name.startsWith('BLOBMIRROR_BACKUP_CO'));
    expect(new Set(Object.keys(digests()))).toEqual(new Set(shared));
  });

  it.each([
    ['BLOBMIRROR_DELETES', 'keep'],
    ['BLOBMIRROR_TIER', 'Cool'],
    ['BLOBMIRROR_EXCLUDE_PATHS', 'photos/tmp/'],
    ['BLOBMIRROR_CONTAINER_MAP', 'photos=pictures'],
    ['BLOBMIRROR_RECONCILE_SCHEDULE', '0 30 * * * *'],
    ['BLOBMIRROR_HEALTH_PROVEN_PERIODS', '7'],
    ['BLOBMIRROR_CANARY', 'on'],
  ])('differ in %s alone where only that differs', (name, value) => {
    const [one, other] = [digests(), digests({ [name]: value })];
    expect(Object.keys(one).filter((each) => one[each] !== other[each])).toEqual([name]);
  });

  it('are the same for other keys, limits and ways to copy', () => {
    expect(
      digests({
        BLOBMIRROR_SOURCE: 'AccountName=one;AccountKey=another',
        BLOBMIRROR_COPY: 'streamed',
        BLOBMIRROR_MAX_REQUESTS_PER_SECOND: '5',
        BLOBMIRROR_LOG_LEVEL: 'debug',
      }),
    ).toEqual(digests());
  });
});

describe('the digest of a mirror', () => {
  const settings = readSettings(ENV);
  const before = mirrorDigest(settings);

  // Also of settings that are added some day: a full sync under others must prove nothing.
  it.each(Object.keys(settings.policy))('differs where the policy differs in %s', (name) => {
    expect(mirrorDigest({ ...settings, policy: { ...settings.policy, [name]: 'other' } })).not.toBe(before);
  });

  it.each(Object.keys(settings.scope).filter((name) => !['state', 'canaries'].includes(name)))(
    'differs where the scope differs in %s',
    (name) => {
      expect(mirrorDigest({ ...settings, scope: { ...settings.scope, [name]: ['other'] } })).not.toBe(before);
    },
  );

  it.each(['source', 'backup'] as const)('differs with another %s', (side) => {
    const other = { ...settings, [side]: { ...settings[side], accountName: 'three' } };
    expect(mirrorDigest(other)).not.toBe(before);
  });

  it('is another one for each pair of settings', () => {
    const changes: readonly Record<string, string>[] = [
      {},
      { BLOBMIRROR_DELETES: 'keep' },
      { BLOBMIRROR_FOREIGN: 'delete' },
      { BLOBMIRROR_DECLARED_MD5: 'trust' },
      { BLOBMIRROR_TIER: 'none' },
      { BLOBMIRROR_TAGS: 'mirror' },
      { BLOBMIRROR_ACL: 'off' },
      { BLOBMIRROR_INCLUDE_CONTAINERS: 'photos' },
      { BLOBMIRROR_EXCLUDE_CONTAINERS: 'photos' },
      { BLOBMIRROR_CONTAINER_MAP: 'photos=pictures' },
      { BLOBMIRROR_CONTAINER_MAP: 'photos=images' },
    ];
    const found = changes.map((env) => mirrorDigest(readSettings({ ...ENV, ...env })));
    expect(new Set(found).size).toBe(changes.length);
  });

  it('is the same where only connections, names and limits differ', () => {
    const env = { BLOBMIRROR_SOURCE: 'AccountName=one;AccountKey=b3RoZXI=', BLOBMIRROR_NAME: 'other' };
    expect(mirrorDigest(readSettings({ ...ENV, ...env, BLOBMIRROR_CANARY: 'on' }))).toBe(before);
  });
});
