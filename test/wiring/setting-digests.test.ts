import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { settingDigests } from '../../src/wiring/mirror-id.ts';

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
