import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { startStorage } from '../../src/start-storage.ts';
import { accounts } from '../support/accounts.ts';
import { createSender, type Send } from '../support/raw-requests.ts';
import { serve, serveInChild } from '../support/serve-in-child.ts';
import { waitFor } from '../support/wait-for.ts';

const KIB = 1024;
const LARGE = 'L'.repeat(200 * KIB);
/** Enough that the database has pages beyond those that are read at a start. */
const SMALL_BLOBS = 60;
const smallOf = (n: number): string => `${n} `.repeat(4000);
const putHeaders = { 'x-ms-blob-type': 'BlockBlob' };
/** Nobody, for whom permissions count when the tests run as root, and otherwise the user of the tests. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;

/** A stopped store with small contents and a large one, from which each test makes its own. */
let original: string;

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  await chmod(directory, 0o777);
  return directory;
}

async function start(dataDirectory: string) {
  const storage = await startStorage({ port: 0, accounts, dataDirectory, onDiskError: () => undefined });
  return { send: createSender(storage, 'sourceaccount'), stop: async () => await storage.stop() };
}

beforeAll(async () => {
  original = await temporaryDirectory();
  const { send, stop } = await start(original);
  await send('PUT', '/docs?restype=container');
  await send('PUT', '/docs/large', putHeaders, LARGE);
  for (let n = 0; n < SMALL_BLOBS; n++) await send('PUT', `/docs/small-${n}`, putHeaders, smallOf(n));
  await stop();
  return async () => await rm(original, { recursive: true });
});

interface Copied {
  readonly directory: string;
  readonly database: string;
  readonly contents: string;
}

async function copyOriginal(): Promise<Copied> {
  const directory = await temporaryDirectory();
  onTestFinished(async () => {
    await chmod(directory, 0o777);
    await rm(directory, { recursive: true });
  });
  const contents = join(directory, 'contents');
  await mkdir(contents, { mode: 0o777 });
  await chmod(contents, 0o777);
  const database = join(directory, 'blobs.db');
  await copyFile(join(original, 'blobs.db'), database);
  await chmod(database, 0o666);
  for (const name of await readdir(join(original, 'contents')))
    await copyFile(join(original, 'contents', name), join(contents, name));
  return { directory, database, contents };
}

/** All files of a data directory, by their path. */
async function filesOf(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path, (await readFile(path)).toString('base64'));
  }
  return found;
}

async function overwrite(file: string, from: number, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, from);
  await handle.close();
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const rubbish = Buffer.alloc(64 * KIB, 'rubbish ');

describe('a start on a database that cannot be used', () => {
  it.each<[what: string, words: RegExp, spoil: (copied: Copied) => Promise<void> | void]>([
    ['its head is overwritten', /not a database|damaged/, ({ database }) => overwrite(database, 0, rubbish)],
    [
      'its end is missing',
      /damaged/,
      async ({ database }) => await truncate(database, Math.floor((await stat(database)).size / 2)),
    ],
    ['it is empty, and contents are there', /damaged|empty/, ({ database }) => truncate(database, 0)],
    ['it is missing, and contents are there', /missing|damaged|empty/, ({ database }) => rm(database)],
    ['it is text', /not a database/, ({ database }) => writeFile(database, 'some notes\n'.repeat(1000))],
    [
      'another program made it',
      /not a database of this/,
      async ({ database }) => {
        await rm(database);
        change(database, 'CREATE TABLE songs (title TEXT); PRAGMA user_version = 1');
      },
    ],
    [
      'a newer release wrote it',
      /newer release/,
      ({ database }) => change(database, 'PRAGMA user_version = 1000'),
    ],
  ])('is refused with one line, and changes nothing, when %s', async (_what, words, spoil) => {
    const copied = await copyOriginal();
    await spoil(copied);
    const before = await filesOf(copied.directory);
    const message = await start(copied.directory).then(
      async ({ stop }) => {
        await stop();
        return 'it started';
      },
      (error: Error) => error.message,
    );
    expect(message).toMatch(words);
    expect(message).toContain(copied.database);
    expect(message).not.toContain('\n');
    const after = await filesOf(copied.directory);
    // An empty log may be left; what was there is as it was.
    expect(before.size).toBeGreaterThan(0);
    for (const [path, content] of before) expect([path, after.get(path)]).toEqual([path, content]);
  });

  it.each<[what: string, spoil: (copied: Copied) => Promise<void>]>([
    ['its file is read-only', ({ database }) => chmod(database, 0o444)],
    ['its folder is read-only', ({ directory }) => chmod(directory, 0o555)],
  ])('is refused with one line when %s', async (_what, spoil) => {
    const copied = await copyOriginal();
    await spoil(copied);
    const message = await serveInChild({ dataDirectory: copied.directory, uid });
    expect(message).toEqual(expect.stringContaining(copied.directory));
    expect(message).toMatch(/cannot be written/);
    expect(message).not.toContain('\n');
  });

  it('is refused with one line while another process serves it, and not once that is gone', async () => {
    const { directory, database } = await copyOriginal();
    const first = await serve({ dataDirectory: directory });
    const message = await serveInChild({ dataDirectory: directory });
    expect(message).toEqual(expect.stringContaining(database));
    expect(message).toMatch(/another process/);
    expect((await first.send('PUT', '/docs/more', putHeaders, 'more')).status).toBe(201);
    await first.kill();
    const second = await serve({ dataDirectory: directory });
    expect((await second.send('GET', '/docs/more')).body).toBe('more');
    await expectWhole(second.send);
  });
});

async function expectWhole(send: Send): Promise<void> {
  expect((await send('GET', '/docs/large')).body === LARGE).toBe(true);
  for (let n = 0; n < SMALL_BLOBS; n++)
    expect((await send('GET', `/docs/small-${n}`)).body === smallOf(n)).toBe(true);
}

describe('data that is damaged where a start does not look', () => {
  it('never becomes wrong content: what is not damaged is read, and the rest is refused', async () => {
    const { directory, database } = await copyOriginal();
    // Contents take most of the database.
    await overwrite(database, Math.floor((await stat(database)).size / 2), rubbish);
    const child = await serve({ dataDirectory: directory });
    const statuses: unknown[] = [];
    for (let n = 0; n < SMALL_BLOBS; n++) {
      const { status, body } = await child.send('GET', `/docs/small-${n}`);
      statuses.push(status === 200 && body !== smallOf(n) ? 'wrong content' : status);
    }
    expect(new Set(statuses)).toEqual(new Set([200, 500]));
    expect((await child.send('GET', '/docs/large')).body === LARGE).toBe(true);
    expect(child.told).toEqual([expect.stringContaining(database)]);
  });

  it.each<[what: string, spoil: (file: string) => Promise<void>]>([
    ['missing', (file) => rm(file)],
    ['shorter', (file) => truncate(file, 100 * KIB)],
  ])('refuses a large content whose file is %s, and serves the others', async (_what, spoil) => {
    const { directory, contents } = await copyOriginal();
    const [file = ''] = await readdir(contents);
    await spoil(join(contents, file));
    const { send } = await serve({ dataDirectory: directory });
    // An answer that has begun can only be cut off.
    const answer = await send('GET', '/docs/large').then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect(answer).toBeOneOf([500, 'cut off']);
    expect((await send('GET', '/docs/small-1')).body === smallOf(1)).toBe(true);
    expect((await send('HEAD', '/docs/large')).status).toBe(200);
    expect((await send('PUT', '/docs/large', putHeaders, LARGE)).status).toBe(201);
    await expectWhole(send);
  });

  it('removes a content that nobody refers to, and no other', async () => {
    const { directory, contents } = await copyOriginal();
    const before = await readdir(contents);
    await writeFile(join(contents, 'stray'), 'left behind');
    const { send } = await serve({ dataDirectory: directory });
    await waitFor(async () => expect(await readdir(contents)).toEqual(before));
    await expectWhole(send);
  });
});

describe('a folder of contents that becomes read-only', () => {
  it('has large writes refused as a busy service does, until it can be written', async () => {
    const { directory, contents } = await copyOriginal();
    const { send, told } = await serve({ dataDirectory: directory, uid });
    await chmod(contents, 0o555);
    const put = async (name: string, body: string) =>
      (await send('PUT', `/docs/${name}`, putHeaders, body)).status;
    expect(await put('large', 'x'.repeat(300 * KIB))).toBe(503);
    expect(told).toEqual([expect.stringContaining(directory)]);
    await expectWhole(send);
    await chmod(contents, 0o777);
    await waitFor(async () => expect(await put('more', LARGE)).toBe(201));
    expect((await send('GET', '/docs/more')).body === LARGE).toBe(true);
    await waitFor(() => expect(told).toEqual([expect.any(String), 'free']));
    await expectWhole(send);
  });
});
