import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobServiceClient, RestError } from '@azure/storage-blob';
import { STORAGE_ANSWERS } from '../../../src/azure/errors/storage-answers.ts';
import {
  isAbsent,
  toMeanings,
  toStorageError,
  toWriteOutcome,
} from '../../../src/azure/errors/storage-error.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../../../src/model/errors.ts';
import type { WriteOutcome } from '../../../src/ports/write-outcome.ts';
import { type AnsweringService, rejectionOf, startAnsweringService } from '../support/answering-service.ts';
import { EXPECTED_ANSWERS, type ExpectedAnswer } from './support/expected-answers.ts';

const SIDES = { source: 'sourceaccount', backup: 'backupaccount' };

/** What a write that was refused comes to. */
const OUTCOMES = {
  'backup-precondition-failed': { kind: 'backup-precondition-failed' },
  'source-precondition-failed': { kind: 'source-precondition-failed' },
  'backup-leased': { kind: 'refused', reason: 'backup-leased' },
  'backup-immutable': { kind: 'refused', reason: 'backup-immutable' },
  'backup-has-snapshots': { kind: 'refused', reason: 'backup-has-snapshots' },
  'backup-versions-of-another-kind': { kind: 'refused', reason: 'backup-versions-of-another-kind' },
} as const satisfies Record<string, WriteOutcome>;

/**
 * Codes that the SDK knows and that our requests cannot get: they use no lease, snapshot or sequence number.
 */
const NOT_OURS =
  /^(Lease(?!IdMissing)|InfiniteLease|Incremental|OperationNotAllowedOnIncremental|PreviousSnapshot|SnapshotCount|SequenceNumberIncrement|AccountAlreadyExists)/;

describe('an answer of storage', () => {
  let service: AnsweringService;
  beforeAll(async () => {
    service = await startAnsweringService((request, response) => {
      if (/\/(?:stranger|page)\//.test(request.url ?? '')) response.removeHeader('x-ms-request-id');
      if (request.url?.includes('/page/')) response.setHeader('content-type', 'text/html');
      const [status, code] = new URL(request.url ?? '', 'http://x').pathname
        .replace(/\/(?:stranger|page)/, '')
        .split('/')
        .slice(3);
      response.writeHead(Number(status), {
        ...(code !== undefined && { 'x-ms-error-code': code }),
        ...(code === 'ServerBusy' && { 'retry-after': '7' }),
        // By the clock of the service, which is years behind ours.
        ...(code === 'SystemInUse' && {
          date: 'Wed, 01 Jan 2020 12:00:00 GMT',
          'retry-after': 'Wed, 01 Jan 2020 12:00:09 GMT',
        }),
      });
      request.resume().on('end', () => response.end());
    });
  });
  afterAll(async () => {
    await service.stop();
  });

  const readRejection = async (name: string): Promise<unknown> =>
    await rejectionOf(service.container.getBlobClient(name).getProperties());
  const readError = async (name: string): Promise<BlobmirrorError> =>
    toStorageError(await readRejection(name), 'read', 'sourceaccount');
  const write = async (name: string) =>
    await toWriteOutcome(
      SIDES,
      async () => await service.container.getBlobClient(name).setMetadata({ a: 'b' }),
    );
  const writeError = async (name: string): Promise<BlobmirrorError> =>
    toBlobmirrorError(await rejectionOf(write(name)));

  const named = (row: ExpectedAnswer) => [`${row.status} ${row.service}`, row] as const;

  it.each(EXPECTED_ANSWERS.map(named))('%s means to a read what is expected of it', async (name, row) => {
    const thrown = await readRejection(name.replace(' ', '/'));
    expect(toMeanings(thrown)?.read).toBe(row.read);
    const error = toStorageError(thrown, 'read', 'sourceaccount');
    expect(error.code).toBe(row.read === 'absent' ? 'absence-not-proven' : row.read);
    expect(error.context).toMatchObject({ account: 'sourceaccount', status: row.status });
  });

  it.each(EXPECTED_ANSWERS.filter(({ write: means }) => means in OUTCOMES).map(named))(
    '%s means to a write that its condition did not hold',
    async (name, row) => {
      expect(await write(name.replace(' ', '/'))).toEqual(OUTCOMES[row.write as keyof typeof OUTCOMES]);
    },
  );

  it.each(EXPECTED_ANSWERS.filter(({ write: means }) => !(means in OUTCOMES)).map(named))(
    '%s means to a write what is expected of it, and names its account',
    async (name, row) => {
      const error = await writeError(name.replace(' ', '/'));
      expect(error.code).toBe(row.write);
      expect(error.context['account']).toBe(row.of === 'source' ? 'sourceaccount' : 'backupaccount');
    },
  );

  it('has an expected meaning for every row of the table', () => {
    const expected = new Set(EXPECTED_ANSWERS.map(({ status, service: code }) => `${status} ${code}`));
    const rows = STORAGE_ANSWERS.map(({ status, service: code }) => `${status} ${code}`);
    expect(rows.filter((row) => !expected.has(row))).toEqual([]);
  });

  it.each(['404', '410', '404/Unheard', '404/ResourceNotFound', 'stranger/404', 'stranger/410', 'page/404'])(
    'proves no absence where it does not say so by name: %s',
    async (name) => {
      const thrown = await readRejection(name);
      expect(toMeanings(thrown)?.read).toBe('absence-not-proven');
      expect(isAbsent(thrown)).toBe(false);
    },
  );

  it.each([
    ['302', 'answer-not-of-service', 'write-outcome-unknown'],
    ['400', 'storage-rejected', 'storage-rejected'],
    ['403', 'storage-forbidden', 'storage-forbidden'],
    ['404', 'absence-not-proven', 'absence-not-proven'],
    ['409/Unheard', 'storage-rejected', 'storage-rejected'],
    ['412/Unheard', 'race-lost', 'race-lost'],
    ['429', 'storage-throttled', 'storage-throttled'],
    ['500/Unheard', 'storage-unavailable', 'write-outcome-unknown'],
    ['502', 'storage-unavailable', 'write-outcome-unknown'],
    ['503', 'storage-throttled', 'write-outcome-unknown'],
  ])('that is not in the table, %s, is judged by its status', async (name, read, written) => {
    expect((await readError(name)).code).toBe(read);
    expect((await writeError(name)).code).toBe(written);
  });

  it.each([
    ['stranger/302', 'answer-not-of-service', 'write-outcome-unknown'],
    ['stranger/400', 'answer-not-of-service', 'write-outcome-unknown'],
    ['stranger/401', 'answer-not-of-service', 'write-outcome-unknown'],
    ['stranger/403', 'answer-not-of-service', 'write-outcome-unknown'],
    ['stranger/404', 'absence-not-proven', 'absence-not-proven'],
    ['stranger/405', 'answer-not-of-service', 'write-outcome-unknown'],
    ['stranger/407', 'storage-forbidden', 'storage-forbidden'],
    ['stranger/409', 'answer-not-of-service', 'write-outcome-unknown'],
    ['stranger/412', 'answer-not-of-service', 'write-outcome-unknown'],
    ['stranger/429', 'storage-throttled', 'storage-throttled'],
    ['stranger/502', 'storage-unavailable', 'write-outcome-unknown'],
    ['stranger/503', 'storage-throttled', 'write-outcome-unknown'],
  ])('from something else, %s, says nothing about the account', async (name, read, written) => {
    expect((await readError(name)).code).toBe(read);
    expect((await writeError(name)).code).toBe(written);
  });

  it('says how long to wait before the next request', async () => {
    expect((await readError('503/ServerBusy')).retryAfterMs).toBe(7000);
    expect((await readError('409/SystemInUse')).retryAfterMs).toBe(9000);
    expect((await readError('500/InternalError')).retryAfterMs).toBeUndefined();
  });

  it('is in the table once for each status and code', () => {
    const names = STORAGE_ANSWERS.map(({ status, service: code }) => `${status} ${code}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('has a row for every code that the SDK knows and our requests can meet', () => {
    const require = createRequire(import.meta.url);
    const models = new URL(
      '../../../node_modules/@azure/storage-blob/dist/commonjs/generated/src/models/index.js',
      import.meta.url,
    );
    const { KnownStorageErrorCode } = require(models.pathname) as {
      KnownStorageErrorCode: Record<string, string>;
    };
    const known = Object.values(KnownStorageErrorCode);
    const rows = new Set(STORAGE_ANSWERS.map(({ service: code }) => code));
    expect(known.length).toBeGreaterThan(100);
    expect(known.filter((code) => !rows.has(code) && !NOT_OURS.test(code))).toEqual([]);
  });
});

describe('a request without an answer', () => {
  it('was never sent when the connection was refused, so a write did not happen', async () => {
    const service = await startAnsweringService(() => {});
    await service.stop();
    const error = await rejectionOf(service.container.getBlobClient('a').setMetadata({}));
    expect(toStorageError(error, 'write', 'backupaccount')).toMatchObject({
      code: 'storage-unavailable',
      message: expect.stringMatching(
        /^a write on backupaccount failed: ECONNREFUSED at 127\.0\.0\.1:\d+$/,
      ) as string,
    });
  });

  it.each([
    ['ECONNREFUSED', 'storage-unavailable'],
    ['ENOTFOUND', 'storage-unavailable'],
    ['EAI_AGAIN', 'storage-unavailable'],
    ['EHOSTUNREACH', 'storage-unavailable'],
    ['ENETUNREACH', 'storage-unavailable'],
    ['EADDRNOTAVAIL', 'storage-unavailable'],
    ['EMFILE', 'storage-unavailable'],
    ['CERT_HAS_EXPIRED', 'storage-unavailable'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'storage-unavailable'],
    ['ECONNRESET', 'write-outcome-unknown'],
    ['ECONNABORTED', 'write-outcome-unknown'],
    ['ETIMEDOUT', 'write-outcome-unknown'],
    ['EPIPE', 'write-outcome-unknown'],
    ['EPROTO', 'write-outcome-unknown'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'write-outcome-unknown'],
    ['UND_ERR_SOCKET', 'write-outcome-unknown'],
  ])('with %s is %s to a write, and may be repeated as a read', (lost, written) => {
    const error = new RestError('it was lost', { code: lost });
    expect(toStorageError(error, 'write', 'backupaccount').code).toBe(written);
    expect(toStorageError(error, 'read', 'backupaccount').code).toBe('storage-unavailable');
  });

  it('is told by the error that caused it, however deep', () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const error = new TypeError('fetch failed', { cause: new Error('no connection', { cause }) });
    expect(toStorageError(error, 'write', 'backupaccount')).toMatchObject({
      code: 'storage-unavailable',
      message: 'a write on backupaccount failed: ECONNREFUSED',
    });
  });

  it('was never sent when the name of the account could not be resolved', async () => {
    const client = new BlobServiceClient('http://account.invalid', undefined, {
      retryOptions: { maxTries: 1 },
    });
    const error = await rejectionOf(client.getContainerClient('a').setMetadata({}));
    expect(toStorageError(error, 'write', 'backupaccount').code).toBe('storage-unavailable');
  });

  it('may have been done when the connection was cut after it was sent', async () => {
    const service = await startAnsweringService((request) => request.socket.destroy());
    const blob = service.container.getBlobClient('a');
    const [read, written] = [
      await rejectionOf(blob.getProperties()),
      await rejectionOf(blob.setMetadata({})),
    ];
    await service.stop();
    expect(toStorageError(read, 'read', 'backupaccount').code).toBe('storage-unavailable');
    expect(toStorageError(written, 'write', 'backupaccount').code).toBe('write-outcome-unknown');
  });

  it('was never sent when there was no token', () => {
    const error = Object.assign(new Error('no identity here'), { name: 'CredentialUnavailableError' });
    expect(toStorageError(error, 'write', 'backupaccount').code).toBe('storage-forbidden');
  });

  it('is a defect of ours when neither storage nor the network caused it', () => {
    expect(toStorageError(new TypeError('x is undefined'), 'write', 'backupaccount').code).toBe('unexpected');
  });
});
