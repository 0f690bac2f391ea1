import { describe, expect, it } from 'vitest';
import { toEngineRefusal } from '../../../src/azure/copy/judge-copy.ts';
import { type FoundCopy, isWholeCopy, stagingKey } from '../../../src/azure/copy/staged-copies.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseKey } from '../../../src/model/key.ts';
import { STAMP_NAME } from '../../../src/model/stamp.ts';
import type { CopyRequest } from '../../../src/ports/backup-store.ts';

const request = (etag = '0x1', path = 'a'): CopyRequest =>
  ({
    key: parseKey('docs', path),
    source: { etag: parseEtag(etag), size: 5, kind: 'block' },
    metadata: { [STAMP_NAME]: `stamp of ${etag}` },
  }) as unknown as CopyRequest;

const FOUND: FoundCopy = {
  etag: parseEtag('0xB'),
  kind: 'block',
  size: 5,
  mark: 'stamp of 0x1',
  copy: 'over',
  isVersioned: false,
  access: undefined,
};

describe('a staged copy', () => {
  it('is at a place of its version: the same for every worker, and for no other version or key', () => {
    const place = ({ path }: { path: string }): string => path;
    expect(place(stagingKey(request()))).toBe(place(stagingKey(request())));
    const all = [request(), request('0x2'), request('0x1', 'b')].map(stagingKey).map(place);
    expect(new Set(all).size).toBe(3);
    expect(all.every((path) => path.startsWith('.blobmirror/staging/'))).toBe(true);
  });

  it('is the one that was asked for', () => {
    expect(isWholeCopy(FOUND, request())).toBe(true);
  });

  it.each<[string, Partial<FoundCopy>]>([
    ['is still being copied', { copy: 'pending' }],
    ['was broken off', { copy: 'broken' }],
    ['is of another kind', { kind: 'append' }],
    ['is a directory', { kind: 'directory' }],
    ['is not whole', { size: 4 }],
    ['is of another version', { mark: 'stamp of 0x2' }],
    ['has no mark', { mark: undefined }],
  ])('is not, if it %s', (_, changes) => {
    expect(isWholeCopy({ ...FOUND, ...changes }, request())).toBe(false);
  });
});

describe('a failure of an engine', () => {
  const refusal = (context: Record<string, string | number | boolean>, code = 'storage-rejected' as const) =>
    toEngineRefusal(new BlobmirrorError(code, 'it failed', { context }));

  it('is a refusal by the service, of the operation or of this blob', () => {
    expect(refusal({ status: 501 })).toBe('unsupported');
    expect(refusal({ status: 400, service: 'UnsupportedHeader' })).toBe('unsupported');
    expect(refusal({ status: 400, service: 'InvalidInput' })).toBe('key-specific');
    expect(refusal({ status: 409, service: 'CannotVerifyCopySource' })).toBe('key-specific');
  });

  it('is none where every engine sends the same', () => {
    expect(refusal({ status: 400, service: 'InvalidMetadata' })).toBeUndefined();
  });

  it('says nothing of the account where something else answered', () => {
    for (const status of [501, 405, 400]) expect(refusal({ status, isOfService: false })).toBeUndefined();
  });
});
