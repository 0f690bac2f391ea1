import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type LocalAccount, writeReadyFile } from '@blobmirror/local/connections';
import { freePort } from '../../src/cli/run-start.ts';
import type { ReadyFile } from '../../src/cli/ready-file.ts';
import type { Status } from '../../src/api/status.ts';
import { type BlobmirrorProcess, runBlobmirror } from './support/blobmirror-process.ts';
import { blobsOf, deleteBlobs, writeBlobs } from './support/blobs-of.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { queueCounts } from './support/queue-counts.ts';
import { type RunningEnvironment, startEnvironment, startWorker } from './support/start-environment.ts';
import { through } from './support/start-proxied-worker.ts';
import { startProxy } from './support/start-proxy.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { waitUntil } from './support/wait-until.ts';

const PAGE = '<!DOCTYPE html><html><body>Sign in</body></html>';
const REFUSAL = '<?xml version="1.0"?><Error><Code>ServerBusy</Code></Error>';

const signIn = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
};

/** Used one after the other. */
const LIES: readonly ((response: ServerResponse) => void)[] = [
  signIn,
  (response) => response.writeHead(200).end(),
  (response) => response.writeHead(200, { 'content-type': 'application/xml' }).end(REFUSAL),
  (response) => response.writeHead(302, { location: '/sign-in' }).end(),
  (response) => response.writeHead(404, { 'content-type': 'text/html' }).end(PAGE),
  (response) => response.writeHead(403, { 'content-type': 'text/html' }).end(PAGE),
];

let environment: RunningEnvironment;
let worker: BlobmirrorProcess;
let readyFile: string;
let baseUrl: string;
let isLying = false;
let lies = 0;

/** Reading the container of these keys is how the worker checks that an account answers. */
function isOfDocument(url = ''): boolean {
  return (
    url.includes('/blobmirror-state/') || (url.includes('/blobmirror-state?') && url.includes('comp=list'))
  );
}

/** The mirror's own documents are passed through, so that a full sync can begin and get false listings. */
async function behindLies(account: LocalAccount): Promise<LocalAccount> {
  const port = await startProxy(Number(new URL(account.blobEndpoint).port), (request, response) => {
    if (!isLying || isOfDocument(request.url)) return false;
    if (request.url?.includes('/blobmirror-state') === true) signIn(response);
    else LIES[lies++ % LIES.length]?.(response);
    return true;
  });
  return through(port, account);
}

beforeAll(async () => {
  environment = await startEnvironment(['--no-worker']);
  const { info } = environment;
  const port = await freePort(0, 'the app');
  baseUrl = `http://127.0.0.1:${port}`;
  const lied: ReadyFile = {
    ...info,
    source: await behindLies(info.source),
    backup: await behindLies(info.backup),
    http: { baseUrl },
  };
  readyFile = join(await temporaryDirectory(), 'lied.json');
  await writeReadyFile(readyFile, lied);
  worker = await startWorker(readyFile, ['--http-port', String(port)]);
});

test('while something else answers for both accounts, nothing is claimed and nothing is deleted; afterwards everything is mirrored', async () => {
  const { source, backup, info } = environment;
  await writeBlobs(source, 'photos', 40);
  expect(await expectEqualAccounts(environment)).toBe(40);

  isLying = true;
  await deleteBlobs(source, 'photos', 10);
  await writeBlobs(source, 'tables', 10);
  const putOff = () => worker.logged('event will be tried again');
  await waitUntil('messages are put off', () => putOff().length > 5, { every: 50 });
  // Begun directly, and worked on behind the proxy.
  const begun = await runBlobmirror(['reconcile', `--local=${environment.readyFile}`, '-o', 'json']);
  const { id } = JSON.parse(begun.stdout) as { id: string };
  const failures = () => worker.logged('a slice of a full sync failed');
  await waitUntil('slices of a full sync fail', () => failures().length > 1, { every: 50 });

  const status = await waitUntil('health says so', async () => {
    const told = (await (await fetch(`${baseUrl}/api/status`)).json()) as Status;
    return told.health.status === 'failing' && told;
  });
  const details = status.health.problems.map(({ detail }) => detail).join(' ');
  expect(details).toContain('answer-not-of-service');
  expect(status.health.problems.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['source-unreachable', 'backup-unreachable']),
  );
  expect(status.recovery.proven).toBeNull();
  const check = await runBlobmirror(['check', `--local=${readyFile}`]);
  expect([check.status, check.stdout]).toEqual([
    6,
    expect.stringContaining('not the storage service, but something in between answered') as string,
  ]);

  expect(await blobsOf(backup, 'photos')).toHaveLength(40);
  expect(await blobsOf(backup, 'tables')).toBeUndefined();
  expect(await queueCounts(info.serviceBus)).toMatchObject({ deadLetter: 0 });
  const codes = new Set([...putOff(), ...failures()].map(({ code }) => code));
  expect(codes).toContain('answer-not-of-service');
  expect(codes).not.toContain('unexpected');

  isLying = false;
  expect(await expectEqualAccounts(environment)).toBe(40);
  expect(await queueCounts(info.serviceBus)).toMatchObject({ deadLetter: 0 });
  const ended = async () => {
    const shown = await runBlobmirror([
      'reconcile',
      'show',
      id,
      `--local=${environment.readyFile}`,
      '-o',
      'json',
    ]);
    return JSON.parse(shown.stdout) as { state: string; counts: { byVerdict: Record<string, number> } };
  };
  const run = await waitUntil(
    'the full sync has ended',
    async () => {
      const found = await ended();
      return found.state === 'done' && found;
    },
    { every: 1000 },
  );
  // Keys that the source no longer has, without events: a run whose listing failed deletes nothing.
  expect(run.counts.byVerdict['deleted']).toBeUndefined();
});
