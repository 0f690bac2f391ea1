import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { KNOWN_SETTINGS } from '../../src/config/known-settings.ts';
import { readSettings } from '../../src/config/settings.ts';

const TABLE_ROW = /^\| `((?:BLOBMIRROR|APPLICATIONINSIGHTS)_\w+)` +\|/gm;

const KEYED = {
  BLOBMIRROR_SOURCE: 'AccountName=one;AccountKey=a',
  BLOBMIRROR_BACKUP: 'AccountName=two;AccountKey=a',
  BLOBMIRROR_SERVICE_BUS: 'Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=a',
  BLOBMIRROR_EVENTS_QUEUE: 'q',
  BLOBMIRROR_RECONCILE_QUEUE: 'r',
};
const KEYLESS = {
  BLOBMIRROR_SOURCE__blobServiceUri: 'https://one.blob.core.windows.net',
  BLOBMIRROR_BACKUP__blobServiceUri: 'https://two.blob.core.windows.net',
  BLOBMIRROR_STATE__blobServiceUri: 'https://three.blob.core.windows.net',
  BLOBMIRROR_SERVICE_BUS__fullyQualifiedNamespace: 'x.servicebus.windows.net',
  BLOBMIRROR_EVENTS_QUEUE: 'q',
  BLOBMIRROR_RECONCILE_QUEUE: 'r',
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=00000000-0000-0000-0000-000000000000',
};

/** Every name that is looked up while the settings are read. */
function namesRead(env: Record<string, string>): readonly string[] {
  const names: string[] = [];
  readSettings(
    new Proxy(env, {
      get: (target, name) => {
        names.push(String(name));
        return Reflect.get(target, name) as unknown;
      },
    }),
  );
  return names;
}

it('the table of settings has every setting that is read, and no other', async () => {
  const table = await readFile(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  const rows = [...table.matchAll(TABLE_ROW)].map(([, name]) => name);
  expect(rows).toEqual([...new Set(rows)]);
  expect(new Set(rows)).toEqual(new Set([KEYED, KEYLESS].flatMap(namesRead)));
  const ours = rows.filter((name) => name?.startsWith('BLOBMIRROR_'));
  expect(new Set(KNOWN_SETTINGS)).toEqual(new Set(ours));
});
