import { expect, it } from 'vitest';
import { withLocalSettings } from '../../src/cli/local-settings.ts';
import type { ReadyFile } from '../../src/cli/ready-file.ts';

const account = (name: string): ReadyFile['source'] => ({
  accountName: name,
  accountKey: '',
  blobEndpoint: `http://127.0.0.1:1/${name}`,
  dfsEndpoint: null,
  connectionString: `of ${name}`,
});

const INFO: ReadyFile = {
  source: account('sourceaccount'),
  backup: account('backupaccount'),
  serviceBus: { connectionString: 'of the bus', eventsQueue: 'storage-events', reconcileQueue: 'reconcile' },
  http: { baseUrl: 'http://127.0.0.1:2' },
};

it('the embedded environment has its own connections, whatever else is set, and a canary', () => {
  const settings = withLocalSettings(INFO, { BLOBMIRROR_SOURCE: 'of another', BLOBMIRROR_TAGS: 'mirror' });
  expect(settings).toMatchObject({
    BLOBMIRROR_SOURCE: 'of sourceaccount',
    BLOBMIRROR_TAGS: 'mirror',
    BLOBMIRROR_CANARY: 'on',
  });
});

it('has no canary where it is set to off', () => {
  expect(withLocalSettings(INFO, { BLOBMIRROR_CANARY: 'off' })).toMatchObject({ BLOBMIRROR_CANARY: 'off' });
});

it.each([
  ['as the environment has it', {}, 'docs'],
  ['as the environment has it where the setting is blank', { BLOBMIRROR_NAME: ' ' }, 'docs'],
  ['as the setting says', { BLOBMIRROR_NAME: 'photos' }, 'photos'],
])('the mirror has a name: %s', (_, given, name) => {
  expect(withLocalSettings({ ...INFO, name: 'docs' }, given)).toMatchObject({ BLOBMIRROR_NAME: name });
});

it('the mirror has no name where neither says one', () => {
  expect(withLocalSettings(INFO, {})).not.toHaveProperty('BLOBMIRROR_NAME');
});
