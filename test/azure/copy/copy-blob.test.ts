import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/mirror/decide.ts';
import type { Key } from '../../../src/model/key.ts';
import { STAMP_NAME, addStamp } from '../../../src/model/stamp.ts';
import type { CopyRequest } from '../../../src/ports/backup-store.ts';
import { POLICY } from '../../support/memory-pair.ts';
import { contentOf, type CopyStage, present } from './support/copy-stage.ts';
import { onCopyStage } from './support/on-copy-stage.ts';
import type { WireAnswer, WireRequest } from '../support/start-wire.ts';

const SIDES = { source: 'sourceaccount', backup: 'backupaccount' };
const OLD = { content: 'old', etag: '"0xB0"' };

/** A service's answers during a slow copy. The embedded storage always completes at once. */
function properties(status: string, more: Record<string, string> = {}): WireAnswer {
  return {
    status: 200,
    headers: {
      etag: OLD.etag,
      'last-modified': new Date(0).toUTCString(),
      'x-ms-blob-type': 'BlockBlob',
      'content-length': status === 'success' ? '5' : '0',
      'x-ms-copy-id': 'copy-1',
      'x-ms-copy-status': status,
      ...more,
    },
  };
}

const started = (status: string): WireAnswer => ({
  status: 202,
  headers: { etag: OLD.etag, 'x-ms-copy-id': 'copy-1', 'x-ms-copy-status': status },
});

/** A page of a listing with the one blob that is the target of a copy. */
const listing = (status: string, { metadata }: CopyRequest): string => `<?xml version="1.0" encoding="utf-8"?>
<EnumerationResults><Blobs><Blob><Name>a</Name><Properties>
<Last-Modified>${new Date(0).toUTCString()}</Last-Modified><Etag>0xB0</Etag><Content-Length>0</Content-Length>
<BlobType>BlockBlob</BlobType><CopyId>copy-1</CopyId><CopyStatus>${status}</CopyStatus></Properties>
<Metadata><${STAMP_NAME}>${metadata[STAMP_NAME]}</${STAMP_NAME}></Metadata></Blob></Blobs><NextMarker/></EnumerationResults>`;

const refused = (status: number, code: string): WireAnswer => ({
  status,
  headers: { 'x-ms-error-code': code },
});

describe('asynchronous copies', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  const worker = (budgetMs = 60_000) => stage.worker({ engine: 'copy-blob', budgetMs });
  const isStart = ({ method, headers }: WireRequest): boolean =>
    method === 'PUT' && headers['x-ms-copy-source'] !== undefined;
  const isAbort = ({ url }: WireRequest): boolean => url.includes('comp=copy');

  async function requestForNew(wanted: Partial<CopyRequest> = {}): Promise<CopyRequest> {
    await stage.atSource.getBlockBlobClient(key.path).upload('hello', 5);
    return await stage.requestFor(key, wanted);
  }

  it('keep the kind of an append blob, and send all its properties', async () => {
    const blob = stage.atSource.getAppendBlobClient(key.path);
    await blob.create({ metadata: { CamelCase: 'x' }, blobHTTPHeaders: { blobContentType: 'text/x' } });
    await blob.appendBlock('hello', 5);
    const store = stage.worker();
    const request = await stage.requestFor(key, { tags: { colour: 'red' } });
    expect(await store.copy(request)).toEqual({ kind: 'written', engine: 'copy-blob' });
    expect(await present(store, key)).toMatchObject({
      kind: 'append',
      size: 5,
      headers: { contentType: 'text/x' },
      metadata: { CamelCase: 'x' },
      stamp: { etag: request.source.etag },
    });
    expect(await store.readTags(key)).toEqual({ colour: 'red' });
  });

  it('keep the sparse ranges of a page blob', async () => {
    const blob = stage.atSource.getPageBlobClient(key.path);
    await blob.create(1024 * 1024);
    await blob.uploadPages(Buffer.alloc(512, 'a'), 0, 512);
    await blob.uploadPages(Buffer.alloc(1024, 'b'), 524_288, 1024);
    const store = stage.worker();
    expect(await store.copy(await stage.requestFor(key))).toEqual({
      kind: 'written',
      engine: 'copy-blob',
    });
    const ranges = [];
    for await (const { start, end } of stage.onBackup.getPageBlobClient(key.path).listPageRanges())
      ranges.push([start, end]);
    expect(ranges).toEqual([
      [0, 511],
      [524_288, 525_311],
    ]);
  });

  it.each(['pending', 'failed', 'aborted', 'success'])(
    'show their stamp in a listing only when the content is there: %s',
    async (status) => {
      const request = await requestForNew();
      const asked = new URLSearchParams();
      stage.wire.intercept = ({ url }) => {
        if (!url.includes('comp=list')) return undefined;
        for (const [name, value] of new URL(url, 'http://wire').searchParams) asked.append(name, value);
        return {
          status: 200,
          headers: { 'content-type': 'application/xml' },
          body: listing(status, request),
        };
      };
      const listed = [];
      for await (const page of worker().listBlobs(key.container)) listed.push(...page.entries);
      expect(asked.get('include')).toContain('copy');
      expect(listed).toHaveLength(1);
      expect(listed[0]?.stamp?.etag).toBe(status === 'success' ? request.source.etag : undefined);
    },
  );

  it('wait for a copy that takes time', async () => {
    const request = await requestForNew();
    let looks = 0;
    stage.wire.intercept = (sent) => {
      if (isStart(sent)) return started('pending');
      return properties(++looks < 3 ? 'pending' : 'success');
    };
    expect(await worker().copy(request)).toEqual({ kind: 'written', engine: 'copy-blob' });
    expect(looks).toBe(3);
  });

  it('end unfinished when their budget is spent, and the next check waits without a copy request', async () => {
    const request = await requestForNew();
    stage.wire.intercept = (sent) => (isStart(sent) ? started('pending') : properties('pending'));
    expect(await worker(0).copy(request)).toEqual({ kind: 'unfinished', engine: 'copy-blob' });

    stage.wire.intercept = () =>
      properties('pending', { [`x-ms-meta-${STAMP_NAME}`]: request.metadata[STAMP_NAME] ?? '' });
    const backup = await present(worker(), key);
    expect(backup.stamp).toBeUndefined();
    expect(decide(SIDES, request.source, backup, POLICY)).toEqual({ action: 'wait' });
  });

  it.each(['failed', 'aborted'])('that %s are made again by the next check', async (status) => {
    const request = await requestForNew();
    stage.wire.intercept = () =>
      properties(status, { [`x-ms-meta-${STAMP_NAME}`]: request.metadata[STAMP_NAME] ?? '' });
    const backup = await present(worker(), key);
    expect(backup.stamp).toBeUndefined();
    expect(decide(SIDES, request.source, backup, POLICY)).toEqual({
      action: 'copy',
      source: request.source,
      condition: { ifMatch: backup.etag },
    });
  });

  it.each([
    [
      '412 Precondition Failed "Copy failed when reading the source."',
      { kind: 'source-precondition-failed' },
    ],
    ['404 Not Found "Copy failed when reading the source."', { kind: 'source-precondition-failed' }],
  ])('that fail with %s end with a failed source precondition', async (description, outcome) => {
    const request = await requestForNew();
    stage.wire.intercept = (sent) =>
      isStart(sent)
        ? started('pending')
        : properties('failed', { 'x-ms-copy-status-description': description });
    expect(await worker().copy(request)).toMatchObject(outcome);
  });

  it('that fail for another reason are an error that names it', async () => {
    const request = await requestForNew();
    stage.wire.intercept = (sent) =>
      isStart(sent)
        ? started('pending')
        : properties('failed', { 'x-ms-copy-status-description': '500 InternalServerError' });
    const failed = worker().copy(request);
    await expect(failed).rejects.toMatchObject({ code: 'copy-failed', disposition: 'retry' });
    await expect(failed).rejects.toThrow('500 InternalServerError');
  });

  it('end with a failed backup precondition when another copy has replaced them', async () => {
    const request = await requestForNew();
    stage.wire.intercept = (sent) =>
      isStart(sent) ? started('pending') : properties('pending', { 'x-ms-copy-id': 'copy-2' });
    expect(await worker().copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
  });

  describe('onto a blob with a pending copy', () => {
    const meet = (stamp: string, etag: string = OLD.etag) => {
      let finished = false;
      stage.wire.intercept = (sent) => {
        if (isStart(sent)) return refused(409, 'PendingCopyOperation');
        if (isAbort(sent)) return { status: 204 };
        const answer = properties(finished ? 'success' : 'pending', {
          [`x-ms-meta-${STAMP_NAME}`]: stamp,
          etag,
        });
        finished = true;
        return answer;
      };
    };
    const olderStamp = (request: CopyRequest): string =>
      addStamp({}, { account: 'sourceaccount', etag: 'older' as never, lastModified: new Date(0) })[
        STAMP_NAME
      ] ?? request.key.path;
    const knowing = async (): Promise<CopyRequest> =>
      await requestForNew({ condition: { ifMatch: OLD.etag.replaceAll('"', '') as never } });

    it('of an older version abort it and read again', async () => {
      const request = await knowing();
      meet(olderStamp(request));
      expect(await worker().copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
      expect(stage.wire.requests.find(isAbort)?.url).toContain('copyid=copy-1');
    });

    it('that began after the backup was read leave it unchanged', async () => {
      const request = await knowing();
      meet(olderStamp(request), '"0xB1"');
      expect(await worker().copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
      expect(stage.wire.requests.some(isAbort)).toBe(false);
    });

    it('of the same version wait for that one', async () => {
      const request = await knowing();
      meet(request.metadata[STAMP_NAME] ?? '');
      expect(await worker().copy(request)).toMatchObject({ kind: 'written' });
      expect(stage.wire.requests.some(isAbort)).toBe(false);
    });
  });

  it('that the service reports as done are incomplete until their length is that of the source', async () => {
    const request = await requestForNew();
    stage.wire.intercept = ({ method, ...sent }) => {
      if (isStart({ method, ...sent })) return started('success');
      return method === 'HEAD' ? properties('success', { 'content-length': '4' }) : { status: 202 };
    };
    await expect(worker().copy(request)).rejects.toMatchObject({ code: 'copy-not-possible' });
    const removed = stage.wire.requests.find(({ method }) => method === 'DELETE');
    expect(removed?.headers['if-match']).toBe(OLD.etag);
  });

  it('do not touch the backup blob when the source has changed', async () => {
    await stage.onBackup.getBlockBlobClient(key.path).upload('old', 3);
    const request = await requestForNew();
    await stage.atSource.getBlockBlobClient(key.path).upload('newer', 5);
    expect(await worker().copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
    expect(await contentOf(stage.onBackup, key)).toBe('old');
  });
});
