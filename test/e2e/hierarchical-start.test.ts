import { expect, test } from 'vitest';
import { localSettings } from '../../src/cli/local-settings.ts';
import type { ReadyFile } from '../../src/cli/ready-file.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectNoSecrets } from './support/expect-no-secrets.ts';
import { startEnvironment } from './support/start-environment.ts';

const startBetween = async (source: ReadyFile, backup: ReadyFile) =>
  await runBlobmirror(['worker', '--http-port', '0'], {
    env: localSettings({ ...source, backup: backup.backup }),
  });

test('a worker between accounts of different kinds ends with a line that says why, whichever account is flat', async () => {
  const { info: hierarchical } = await startEnvironment(['--hns', '--no-worker']);
  const { info: flat } = await startEnvironment(['--no-worker']);

  const refused = await startBetween(hierarchical, flat);
  expect([refused.status, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^blobmirror: the source sourceaccount is hierarchical and the backup backupaccount is flat; the backup should be hierarchical/,
    ),
  ]);
  expectNoSecrets(refused);

  const reversed = await startBetween(flat, hierarchical);
  expect([reversed.status, reversed.stdout]).toEqual([1, '']);
  expect(reversed.stderr).toContain('the backup should be flat');
  expectNoSecrets(reversed);
});
