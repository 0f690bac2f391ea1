import type { BlobHTTPHeaders, BlobServiceClient, BlockBlobClient } from '@azure/storage-blob';

/** The container that the corruptions of blobs are done in; each has a blob of its own. */
export const CONTAINER = 'photos';

const MIB = 1024 * 1024;
/** More than is read at a time. */
const LARGE = 5 * MIB;
const LAST_BYTE = LARGE - 1;

const HEADERS: BlobHTTPHeaders = {
  blobContentType: 'text/plain',
  blobContentEncoding: 'identity',
  blobContentLanguage: 'de',
  blobContentDisposition: 'inline',
  blobCacheControl: 'no-store',
};

/** What every blob of the source is before the mirror takes it. */
export async function writeOriginal(account: BlobServiceClient, path: string): Promise<void> {
  const content =
    path === 'content beyond the first range' ? Buffer.alloc(LARGE, 'a') : Buffer.from('original');
  await account
    .getContainerClient(CONTAINER)
    .getBlockBlobClient(path)
    .upload(content, content.length, {
      metadata: { Colour: 'red', Shape: 'round' },
      tags: { owner: 'anna', kind: 'cat' },
      ...(path === 'tier' && { tier: 'Cool' }),
      blobHTTPHeaders: HEADERS,
    });
}

export interface Corruption {
  /** What it does, and the name of the blob that it is done to. */
  readonly path: string;
  readonly corrupt: (blob: BlockBlobClient) => Promise<unknown>;
  /** What verify must call it when it reads content, and what when it goes by MD5. */
  readonly read: readonly string[];
  readonly md5?: readonly string[];
}

export const CORRUPTIONS: readonly Corruption[] = [
  { path: 'deleted', corrupt: async (blob) => await blob.delete(), read: ['missing-on-backup'] },
  { path: 'of another kind', corrupt: replaceByAppendBlob, read: ['content-md5', 'kind'] },
  {
    path: 'longer',
    corrupt: async (blob) => await rewrite(blob, 'original and more'),
    read: ['content-md5', 'size'],
  },
  { path: 'emptied', corrupt: async (blob) => await rewrite(blob, ''), read: ['content-md5', 'size'] },
  {
    path: 'content flipped',
    corrupt: async (blob) => await rewrite(blob, 'orIginal'),
    read: ['content byte 2', 'content-md5'],
    md5: ['content', 'content-md5'],
  },
  {
    path: 'content flipped and its MD5 forged',
    corrupt: async (blob) => await rewriteWithOldMd5(blob, 'originaL'),
    read: ['content byte 7'],
    md5: [],
  },
  {
    path: 'content beyond the first range',
    corrupt: async (blob) => {
      const content = Buffer.alloc(LARGE, 'a');
      content[LAST_BYTE] = 0;
      await rewriteWithOldMd5(blob, content);
    },
    read: [`content byte ${LAST_BYTE}`],
    md5: [],
  },
  header('content type', { blobContentType: 'text/html' }, 'content-type'),
  header('content encoding', { blobContentEncoding: 'gzip' }, 'content-encoding'),
  header('content language', { blobContentLanguage: 'en' }, 'content-language'),
  header('content disposition', { blobContentDisposition: 'attachment' }, 'content-disposition'),
  header('cache control', { blobCacheControl: 'public' }, 'cache-control'),
  header('content MD5 taken off', {}, 'content-md5', { keepMd5: false }),
  metadata('metadata value', { Colour: 'blue' }, ['metadata Colour']),
  metadata('metadata added', { Weight: '7' }, ['metadata Weight']),
  metadata('metadata case', { Shape: undefined, shape: 'round' }, ['metadata Shape', 'metadata shape']),
  metadata('metadata taken off', { Colour: undefined, Shape: undefined }, [
    'metadata Colour',
    'metadata Shape',
  ]),
  metadata('stamp taken off', { blobmirror: undefined }, ['stamp-missing']),
  metadata('stamp of another version', { blobmirror: stampOf('sourceaccount', '0xABC') }, ['stamp-etag']),
  metadata('stamp of another account', { blobmirror: stampOf('otheraccount', '0xABC') }, [
    'stamp-account',
    'stamp-etag',
  ]),
  { path: 'tier', corrupt: async (blob) => await blob.setAccessTier('Cold'), read: ['tier'] },
  {
    path: 'tag value',
    corrupt: async (blob) => await blob.setTags({ owner: 'bert', kind: 'cat' }),
    read: ['tag owner'],
  },
  {
    path: 'tags taken off',
    corrupt: async (blob) => await blob.setTags({}),
    read: ['tag kind', 'tag owner'],
  },
];

function header(
  path: string,
  change: BlobHTTPHeaders,
  difference: string,
  { keepMd5 } = { keepMd5: true },
): Corruption {
  return {
    path,
    read: [difference],
    corrupt: async (blob) => {
      const { contentMD5 } = await blob.getProperties();
      const md5 = keepMd5 && contentMD5 !== undefined ? { blobContentMD5: contentMD5 } : {};
      await blob.setHTTPHeaders({ ...HEADERS, ...md5, ...change });
    },
  };
}

function metadata(path: string, change: Record<string, string | undefined>, read: string[]): Corruption {
  return {
    path,
    read,
    corrupt: async (blob) => {
      const changed = Object.entries({ ...(await metadataOf(blob)), ...change });
      await blob.setMetadata(
        Object.fromEntries(changed.filter((entry): entry is [string, string] => entry[1] !== undefined)),
      );
    },
  };
}

function stampOf(account: string, etag: string): string {
  return `v=1;account=${account};etag=${etag};modified=2026-11-21T20:00:00.000Z`;
}

/** The SDK folds the names of metadata to lower case. */
async function metadataOf(blob: BlockBlobClient): Promise<Record<string, string>> {
  const { blobmirror = '' } = (await blob.getProperties()).metadata ?? {};
  return { Colour: 'red', Shape: 'round', blobmirror };
}

async function rewrite(blob: BlockBlobClient, content: string | Buffer): Promise<void> {
  await blob.upload(content, Buffer.byteLength(content), {
    metadata: await metadataOf(blob),
    tags: (await blob.getTags()).tags,
    blobHTTPHeaders: HEADERS,
  });
}

async function rewriteWithOldMd5(blob: BlockBlobClient, content: string | Buffer): Promise<void> {
  const { contentMD5 } = await blob.getProperties();
  if (contentMD5 === undefined) throw new Error('there is no MD5 to forge');
  await rewrite(blob, content);
  await blob.setHTTPHeaders({ ...HEADERS, blobContentMD5: contentMD5 });
}

async function replaceByAppendBlob(blob: BlockBlobClient): Promise<void> {
  const kept = { metadata: await metadataOf(blob), tags: (await blob.getTags()).tags };
  await blob.delete();
  const append = blob.getAppendBlobClient();
  await append.create({ ...kept, blobHTTPHeaders: HEADERS });
  await append.appendBlock('original', 8);
}
