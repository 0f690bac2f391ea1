import { describe, expect, it } from 'vitest';
import { createAzureBackupStore } from '../../../src/azure/backup-store.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import { converge } from '../../../src/mirror/converge.ts';
import type { Key } from '../../../src/model/key.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import type { BackupStore } from '../../../src/ports/backup-store.ts';
import { POLICY } from '../../support/memory-pair.ts';
import { contentOf, type CopyStage, present } from './support/copy-stage.ts';
import { ENGINES } from '../support/engines.ts';
import { onCopyStage } from './support/on-copy-stage.ts';
import type { WireAnswer, WireRequest } from '../support/start-wire.ts';

const HOUR = 3_600_000;

describe('replacing what cannot be overwritten', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  const look = async (backup: BackupStore): Promise<Verdict> =>
    await converge({ source: stage.source, backup, policy: POLICY }, key);

  async function putAppend(side: 'atSource' | 'onBackup', content: string): Promise<void> {
    const blob = stage[side].getAppendBlobClient(key.path);
    await blob.create();
    if (content.length > 0) await blob.appendBlock(content, content.length);
  }

  async function putBlock(side: 'atSource' | 'onBackup', content: string): Promise<void> {
    await stage[side].getBlockBlobClient(key.path).upload(content, content.length);
  }

  async function staged(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of stage.onBackup.listBlobsFlat({ prefix: '.blobmirror/staging/' }))
      names.push(name);
    return names;
  }

  const refuse = (status: number, code: string): WireAnswer => ({
    status,
    headers: { 'x-ms-error-code': code },
  });
  const isOnto = ({ method, url }: WireRequest, place: string): boolean =>
    method === 'PUT' && url.includes(place);

  describe.each(ENGINES.filter(([name]) => name !== 'streamed'))('by %s', (_name, options) => {
    it('never loses the old version, wherever a worker dies, and the next one completes the copy', async () => {
      let isDone = false;
      for (let alive = 0; !isDone; alive++) {
        key = stage.newKey();
        await putAppend('onBackup', 'old');
        await putBlock('atSource', '0123456789');
        let sent = 0;
        let isSecured = false;
        stage.wire.intercept = async ({ method, url }) => {
          if (sent++ >= alive) return refuse(503, 'ServerBusy');
          if (method === 'DELETE' && !url.includes('.blobmirror')) isSecured = (await staged()).length > 0;
          return undefined;
        };
        isDone = await look(stage.worker(options)).then(
          () => true,
          () => false,
        );
        const isThere = await stage.onBackup.getBlobClient(key.path).exists();
        // The new version must have been staged before the old one is gone.
        expect(isThere || isSecured).toBe(true);
        stage.wire.intercept = () => undefined;
        const verdict = await look(stage.worker(options));
        expect(['copied', 'in-sync']).toContain(verdict.verdict);
        expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
        expect((await look(stage.worker(options))).verdict).toBe('in-sync');
      }
      // Leftovers of dead workers are removed after an hour, when the next copy is staged in the container.
      await tidyUp(59 * 60_000);
      const before = await staged();
      await tidyUp(2 * HOUR);
      expect(before.length).toBeGreaterThan(0);
      expect(await staged()).toEqual([]);
    });
  });

  /** Stages a copy as a worker whose clock is ahead. */
  async function tidyUp(ahead: number): Promise<void> {
    key = stage.newKey();
    await putBlock('atSource', 'x');
    const store = createAzureBackupStore(
      connectAccount({ connectionString: stage.backupThroughWire }),
      connectAccount({ connectionString: stage.sourceDirectly }),
      {},
      undefined,
      undefined,
      () => Date.now() + ahead,
    );
    const request = await stage.requestFor(key);
    const outcome = await store.secure(request);
    if (outcome.kind !== 'secured') throw new Error(outcome.kind);
    await store.place(request, outcome.secured);
  }

  it('is dead-lettered with a clear error where the account refuses the new kind, and the old blob is kept', async () => {
    await putBlock('onBackup', 'old');
    await putAppend('atSource', 'new');
    stage.wire.intercept = (sent) =>
      isOnto(sent, '.blobmirror') ? refuse(409, 'BlobTypeNotSupported') : undefined;
    await expect(look(stage.worker())).rejects.toMatchObject({
      code: 'storage-rejected',
      disposition: 'park',
      message: expect.stringContaining('BlobTypeNotSupported') as unknown,
    });
    expect(await contentOf(stage.onBackup, key)).toBe('old');
  });

  it.each<[string, (key: Key) => Promise<void>]>([
    ['overwritten', async () => await putAppend('atSource', 'newer')],
    [
      'deleted',
      async () => {
        await stage.atSource.deleteBlob(key.path);
      },
    ],
  ])('follows a source that is %s meanwhile', async (_, change) => {
    await putBlock('onBackup', 'old');
    await putAppend('atSource', 'new');
    let isChanged = false;
    let meanwhile: string | undefined;
    stage.wire.intercept = async (sent) => {
      if (!isChanged && isOnto(sent, '.blobmirror')) {
        isChanged = true;
        await change(key);
        meanwhile = await contentOf(stage.onBackup, key);
      }
      return undefined;
    };
    const { verdict } = await look(stage.worker());
    expect(meanwhile).toBe('old');
    // A blob without a stamp of ours is not deleted because its source is gone.
    expect(verdict).toBe((await stage.atSource.getBlobClient(key.path).exists()) ? 'copied' : 'skipped');
    expect(await contentOf(stage.onBackup, key)).toBe(verdict === 'copied' ? 'newer' : 'old');
  });

  it('continues a long copy where another worker stopped', async () => {
    await putAppend('onBackup', 'old');
    await putBlock('atSource', '0123456789');
    const slow: Partial<CopyOptions> = {
      largestInOneRequest: 0,
      serverBlock: { size: 4, atOnce: 1 },
      budgetMs: 0,
      streamedBlock: { size: 16, atOnce: 1 },
    };
    const verdicts: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { verdict } = await look(stage.worker(slow));
      verdicts.push(`${verdict}: ${await contentOf(stage.onBackup, key)}`);
    }
    expect(verdicts).toEqual([
      'unfinished: old',
      'unfinished: old',
      'copied: 0123456789',
      'in-sync: 0123456789',
    ]);
  });

  it('replaces a partial copy that another worker left at the staging path', async () => {
    await putBlock('onBackup', 'old');
    await putAppend('atSource', '0123456789');
    const options: Partial<CopyOptions> = { engine: 'streamed', streamedBlock: { size: 4, atOnce: 1 } };
    const request = await stage.requestFor(key, { condition: { nothingThere: true } });
    const before = (await staged()).length;
    let appends = 0;
    stage.wire.intercept = ({ url }) =>
      url.includes('comp=appendblock') && ++appends > 1 ? refuse(503, 'ServerBusy') : undefined;
    await expect(stage.worker(options).secure(request)).rejects.toMatchObject({
      code: 'storage-throttled',
    });
    expect(await staged()).toHaveLength(before + 1);
    stage.wire.intercept = () => undefined;
    expect(await look(stage.worker(options))).toMatchObject({ verdict: 'copied' });
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    expect(await staged()).toHaveLength(before);
  });

  it('is done once by two workers at the same time', async () => {
    await putBlock('onBackup', 'old');
    await putAppend('atSource', 'new');
    const verdicts = await Promise.all([look(stage.worker()), look(stage.worker())]);
    expect(verdicts.map(({ verdict }) => verdict)).toContain('copied');
    expect(await contentOf(stage.onBackup, key)).toBe('new');
    expect((await present(stage.worker(), key)).kind).toBe('append');
  });

  /**
   * Answers as an account that keeps versions: for what is written now, not for blobs from before versioning.
   */
  async function tellVersions({ method, url }: WireRequest): Promise<WireAnswer | undefined> {
    const [, path] = /^[^?]*(\.blobmirror\/[^?]*)/.exec(url) ?? [];
    if (method !== 'HEAD' || path === undefined) return undefined;
    const found = await stage.onBackup.getBlobClient(decodeURIComponent(path)).getProperties();
    return {
      status: 200,
      headers: {
        etag: found.etag ?? '',
        'last-modified': new Date(0).toUTCString(),
        'content-length': String(found.contentLength),
        'x-ms-blob-type': found.blobType ?? '',
        'x-ms-meta-blobmirror': found.metadata?.['blobmirror'] ?? '',
        'x-ms-version-id': '2026-11-29T12:00:00.0000000Z',
      },
    };
  }

  it("leaves a blob of another kind that is older than the account's versioning", async () => {
    await putBlock('onBackup', 'old');
    await putAppend('atSource', 'new');
    const before = (await staged()).length;
    stage.wire.intercept = tellVersions;
    const worker = stage.worker();
    const refused = { verdict: 'skipped', reason: 'backup-versions-of-another-kind' };
    expect(await look(worker)).toEqual(refused);
    expect(await contentOf(stage.onBackup, key)).toBe('old');
    expect(await staged()).toHaveLength(before);

    stage.wire.requests.length = 0;
    expect(await look(worker)).toEqual(refused);
    expect(stage.wire.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it.each<[string, Partial<CopyOptions>, 'append' | 'block']>([
    ['one of another kind', {}, 'append'],
    ['one that is compared', { verify: 'full' }, 'block'],
  ])('brings %s to its place where the firewall of the account keeps its own service out', async (...of) => {
    const [, options, kind] = of;
    await (kind === 'append' ? putAppend : putBlock)('onBackup', 'old');
    await putBlock('atSource', 'new');
    stage.wire.intercept = ({ headers }) =>
      String(headers['x-ms-copy-source']).includes('.blobmirror')
        ? refuse(403, 'CannotVerifyCopySource')
        : undefined;
    expect(await look(stage.worker(options))).toMatchObject({ verdict: 'copied' });
    expect(await contentOf(stage.onBackup, key)).toBe('new');
  });

  it('ends with a named error where the backup keeps versions of another kind and no blob', async () => {
    await putBlock('atSource', 'new');
    stage.wire.intercept = (sent) =>
      isOnto(sent, encodeURI(key.path)) ? refuse(409, 'InvalidBlobType') : undefined;
    expect(await look(stage.worker())).toEqual({
      verdict: 'skipped',
      reason: 'backup-versions-of-another-kind',
    });
    await stage.onBackup.getBlockBlobClient(key.path).upload('x', 1);
    const request = await stage.requestFor(key, { condition: { nothingThere: true } });
    expect(await stage.worker().copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
  });
});
