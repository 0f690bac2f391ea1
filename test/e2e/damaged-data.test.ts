import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, expect, test } from 'vitest';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { FREE_PORTS, startEnvironment } from './support/start-environment.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

let data: string;
let database: string;

beforeAll(async () => {
  data = await temporaryDirectory();
  database = join(data, 'storage', 'blobs.db');
  const { process: started, source } = await startEnvironment(['--data', data, '--no-worker']);
  await source.createContainer('photos');
  started.signal('SIGTERM');
  await started.ended;
});

// Each spoils it more than the one before.
test.each<[what: string, words: string, spoil: () => Promise<void> | void]>([
  [
    'of a newer release',
    'a newer release',
    () => {
      const sqlite = new DatabaseSync(database);
      sqlite.exec('PRAGMA user_version = 1000');
      sqlite.close();
    },
  ],
  ['that is cut off', 'damaged', async () => await truncate(database, 9000)],
  ['that is text', 'not a database', async () => await writeFile(database, 'some notes\n'.repeat(1000))],
])('a database %s stops the start with one line that names it and a status', async (_what, words, spoil) => {
  await spoil();
  const readyFile = join(await temporaryDirectory(), 'local.json');
  const args = ['start', ...FREE_PORTS, '--data', data, '--no-worker', '--ready-file', readyFile];
  const { status, stdout, stderr } = await runBlobmirror(args);
  const lines = stderr.split('\n').filter((line) => line.startsWith('blobmirror:'));
  expect(lines).toEqual([expect.stringContaining(database)]);
  expect(lines[0]).toContain(words);
  expect(stderr).not.toContain('    at ');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
