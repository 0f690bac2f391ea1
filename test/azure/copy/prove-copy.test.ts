import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SOURCE } from '@blobmirror/local/connections';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import { probeServerCopy } from '../../../src/azure/account-probe.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import { contentOf, type CopyStage, present } from './support/copy-stage.ts';
import { onCopyStage } from './support/on-copy-stage.ts';
import type { WireAnswer, WireRequest } from '../support/start-wire.ts';

const EMPTY_MD5 = Buffer.from('1B2M2Y8AsgTpgAmY7PhCfg==', 'base64');

/**
 * A service that is older than an operation ignores its headers: Put Blob From URL is then the Put Blob of an
 * empty blob (Azurite#852), and Put Block From URL the Put Block of an empty block.
 */
describe('a service that reports a copy, and did something else', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  const isPutBlob = ({ headers }: WireRequest): boolean =>
    headers['x-ms-blob-type'] === 'BlockBlob' && headers['x-ms-copy-source'] !== undefined;
  const isPutBlock = ({ url, headers }: WireRequest): boolean =>
    url.includes('comp=block&') && headers['x-ms-copy-source'] !== undefined;
  const asked = (is: (request: WireRequest) => boolean): number => stage.wire.requests.filter(is).length;

  /** Writes an empty blob with all the request's properties, under its condition. */
  async function writeEmpty({ headers }: WireRequest, answer: Partial<WireAnswer> = {}): Promise<WireAnswer> {
    const metadata = Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => name.startsWith('x-ms-meta-'))
        .map(([name, value]) => [name.slice('x-ms-meta-'.length), String(value)]),
    );
    const ifMatch = headers['if-match'];
    const { etag = '' } = await stage.onBackup.getBlockBlobClient(key.path).upload('', 0, {
      metadata,
      conditions: ifMatch === undefined ? { ifNoneMatch: '*' } : { ifMatch },
    });
    return { status: 201, ...answer, headers: { etag, ...answer.headers } };
  }

  /** Stages an empty block; the embedded storage, like Azure, accepts only blocks with a length. */
  const emptyBlock = (): WireAnswer => ({ status: 201 });

  async function expectWhole(store: ReturnType<CopyStage['worker']>, engine: string): Promise<void> {
    const request = await stage.requestFor(key);
    expect(await store.copy(request)).toEqual({ kind: 'written', engine });
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    expect((await present(store, key)).stamp?.etag).toBe(request.source.etag);
  }

  const put = async (more: object = {}): Promise<void> => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10, more);
  };

  it.each<[string, (() => Promise<void>) | undefined]>([
    ['new', undefined],
    [
      'replaced',
      async () => {
        await stage.onBackup.getBlockBlobClient(key.path).upload('old', 3);
      },
    ],
  ])('by an empty blob: the next engine completes a %s copy, and no key is retried', async (_, before) => {
    await before?.();
    await put();
    stage.wire.intercept = async (sent) => (isPutBlob(sent) ? await writeEmpty(sent) : undefined);
    const store = stage.worker();
    await expectWhole(store, 'blocks-from-url');
    expect(asked(isPutBlob)).toBe(1);

    key = parseKey('docs', randomUUID());
    await put();
    await expectWhole(store, 'blocks-from-url');
    expect(asked(isPutBlob)).toBe(1);
  });

  it.each([
    ['declares no MD5', undefined],
    ['declares the MD5 of nothing', EMPTY_MD5],
  ])('by an empty blob, where the source %s', async (_, blobContentMD5) => {
    await put();
    await stage.atSource
      .getBlockBlobClient(key.path)
      .setHTTPHeaders(blobContentMD5 === undefined ? {} : { blobContentMD5 });
    const md5 = EMPTY_MD5.toString('base64');
    stage.wire.intercept = async (sent) =>
      isPutBlob(sent) ? await writeEmpty(sent, { headers: { 'content-md5': md5 } }) : undefined;
    await expectWhole(stage.worker(), 'blocks-from-url');
  });

  it('by a copy that it only began', async () => {
    await put();
    stage.wire.intercept = async (sent) =>
      isPutBlob(sent) ? await writeEmpty(sent, { status: 202 }) : undefined;
    const store = stage.worker();
    await expectWhole(store, 'blocks-from-url');
    expect(asked(isPutBlob)).toBe(1);
  });

  it('by empty blocks: none is committed, and the next engine copies', async () => {
    await put();
    const blocks: Partial<CopyOptions> = { largestInOneRequest: 0, serverBlock: { size: 4, atOnce: 1 } };
    const lists: string[] = [];
    stage.wire.intercept = (sent) => {
      if (isPutBlock(sent)) {
        lists.push(decodeURIComponent(/blockid=([^&]+)/.exec(sent.url)?.[1] ?? ''));
        return emptyBlock();
      }
      if (sent.method !== 'GET' || !sent.url.includes('comp=blocklist') || lists.length === 0)
        return undefined;
      const body = `<?xml version="1.0"?><BlockList><UncommittedBlocks>${lists
        .splice(0)
        .map((id) => `<Block><Name>${id}</Name><Size>0</Size></Block>`)
        .join('')}</UncommittedBlocks></BlockList>`;
      return { status: 200, headers: { 'content-type': 'application/xml' }, body };
    };
    const store = stage.worker(blocks);
    await expectWhole(store, 'copy-blob');
    const before = asked(isPutBlock);
    key = parseKey('docs', randomUUID());
    await put();
    await expectWhole(store, 'copy-blob');
    expect(asked(isPutBlock)).toBe(before);
  });

  it('is not suspected if the source grew during the copy', async () => {
    const log = stage.atSource.getAppendBlobClient(key.path);
    await log.create();
    await log.appendBlock('first', 5);
    const store = stage.worker();
    const request = await stage.requestFor(key);
    stage.wire.intercept = async ({ method, headers }) => {
      if (method !== 'PUT' || headers['x-ms-copy-source'] === undefined) return undefined;
      stage.wire.intercept = () => undefined;
      // The service checks the condition first, and then reads the current content.
      await log.appendBlock('second', 6);
      const blob = stage.onBackup.getAppendBlobClient(key.path);
      await blob.create({ metadata: { ...request.metadata } });
      const { etag = '' } = await blob.appendBlock('firstsecond', 11);
      return { status: 202, headers: { etag, 'x-ms-copy-status': 'success' } };
    };
    expect(await store.copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
    expect(await store.copy(await stage.requestFor(key))).toEqual({
      kind: 'written',
      engine: 'copy-blob',
    });
    expect(await contentOf(stage.onBackup, key)).toBe('firstsecond');
  });

  it('leaves no stamp where no engine is left', async () => {
    await stage.atSource.getAppendBlobClient(key.path).create();
    await stage.atSource.getAppendBlobClient(key.path).appendBlock('hello', 5);
    stage.wire.intercept = async (sent) =>
      sent.headers['x-ms-copy-source'] === undefined ? undefined : await writeEmpty(sent);
    const request = await stage.requestFor(key);
    await expect(stage.worker({ engine: 'server' }).copy(request)).rejects.toMatchObject({
      code: 'copy-not-possible',
    });
    expect(await contentOf(stage.onBackup, key)).toBeUndefined();
  });

  it('is detected by the probe, which leaves nothing behind', async () => {
    stage.wire.intercept = (sent) =>
      isPutBlob(sent) ? { status: 201, headers: { etag: '"0x1"' } } : undefined;
    const accounts = {
      source: connectAccount({
        connectionString: stage.backupThroughWire.replaceAll('backupaccount', SOURCE.name),
      }),
      backup: connectAccount({ connectionString: stage.backupThroughWire }),
    };
    const places = { from: key.container, to: key.container };
    expect(await probeServerCopy(accounts.source, accounts.backup, places)).toBe(false);
    stage.wire.intercept = (sent) =>
      isPutBlob(sent) ? { status: 202, headers: { etag: '"0x1"' } } : undefined;
    expect(await probeServerCopy(accounts.source, accounts.backup, places)).toBe(false);
    stage.wire.intercept = (sent) =>
      isPutBlob(sent) ? { status: 400, headers: { 'x-ms-error-code': 'UnsupportedHeader' } } : undefined;
    expect(await probeServerCopy(accounts.source, accounts.backup, places)).toBe(false);
  });
});
