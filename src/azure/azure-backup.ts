import { type BlobHTTPHeaders, type BlockBlobClient, RestError } from '@azure/storage-blob';
import { BlobmirrorError } from '../model/errors.js';
import { type Etag, etagHeader, parseEtag } from '../model/etag.js';
import type { ContainerName, Key } from '../model/key.js';
import type { ContentHeaders } from '../model/reading.js';
import type { Metadata } from '../model/stamp.js';
import type { BackupStore, CopyRequest, RestampRequest, WriteOutcome } from '../ports/backup-store.js';
import { createAzureReader } from './azure-reader.js';
import type { Account } from './connect-account.js';
import { createCopySource } from './copy-source.js';
import { httpStatus, serviceCode, toStorageError } from './storage-error.js';

/** The backup, on a real account. Copies are Put Blob From URL: the bytes never pass through this process. */
export function createAzureBackup(backup: Account, source: Account): BackupStore {
  const copySource = createCopySource(source);

  const blob = ({ container, path }: Key): BlockBlobClient =>
    backup.client.getContainerClient(container).getBlockBlobClient(path);

  async function copy({ key, source: pinned, metadata, condition }: CopyRequest): Promise<WriteOutcome> {
    const { url, ...authorization } = await copySource(key);
    return await write(() =>
      blob(key).syncUploadFromURL(url, {
        ...authorization,
        metadata: { ...metadata },
        conditions:
          'nothingThere' in condition ? { ifNoneMatch: '*' } : { ifMatch: etagHeader(condition.ifMatch) },
        sourceConditions: { ifMatch: etagHeader(pinned.etag) },
      }),
    );
  }

  async function restamp({
    key,
    headers,
    contentMd5,
    metadata,
    ifMatch,
  }: RestampRequest): Promise<WriteOutcome> {
    return await write(async () => {
      // The metadata, and the stamp with it, comes last: a crash in between leaves a blob that is still stale.
      let condition = { ifMatch: etagHeader(ifMatch) };
      if (headers !== undefined) {
        const { etag } = await blob(key).setHTTPHeaders(toBlobHeaders(headers, contentMd5), {
          conditions: condition,
        });
        condition = { ifMatch: etagHeader(parseEtag(etag)) };
      }
      await blob(key).setMetadata({ ...metadata }, { conditions: condition });
    });
  }

  async function remove(key: Key, ifMatch: Etag): Promise<WriteOutcome> {
    return await write(() =>
      blob(key).delete({ deleteSnapshots: 'include', conditions: { ifMatch: etagHeader(ifMatch) } }),
    );
  }

  async function createContainer(container: ContainerName, metadata: Metadata): Promise<void> {
    try {
      await backup.client.getContainerClient(container).create({ metadata: { ...metadata } });
    } catch (error) {
      if (serviceCode(error) === 'ContainerAlreadyExists') return;
      throw toStorageError(error, 'write', backup.name);
    }
  }

  async function write(request: () => Promise<unknown>): Promise<WriteOutcome> {
    try {
      await request();
      return { outcome: 'written' };
    } catch (error) {
      return lostRace(error) ?? fail(error);
    }
  }

  function fail(error: unknown): never {
    if (serviceCode(error) === 'CannotVerifyCopySource') {
      throw new BlobmirrorError(
        'storage-forbidden',
        `${backup.name} may not read ${source.name} to copy from it`,
        {
          context: { status: httpStatus(error) },
        },
      );
    }
    throw toStorageError(error, 'write', backup.name);
  }

  return { ...createAzureReader(backup), copy, restamp, delete: remove, createContainer };
}

/** Set Blob Properties takes away whatever it is not given, the MD5 included. */
function toBlobHeaders(headers: ContentHeaders, contentMd5: string | undefined): BlobHTTPHeaders {
  const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = headers;
  return {
    ...(contentType !== undefined && { blobContentType: contentType }),
    ...(contentEncoding !== undefined && { blobContentEncoding: contentEncoding }),
    ...(contentLanguage !== undefined && { blobContentLanguage: contentLanguage }),
    ...(contentDisposition !== undefined && { blobContentDisposition: contentDisposition }),
    ...(cacheControl !== undefined && { blobCacheControl: cacheControl }),
    ...(contentMd5 !== undefined && { blobContentMD5: Buffer.from(contentMd5, 'base64') }),
  };
}

/**
 * The answers that say that somebody else moved first, on either side. Codes:
 * learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
function lostRace(error: unknown): WriteOutcome | undefined {
  if (!(error instanceof RestError)) return undefined;
  switch (`${error.statusCode} ${serviceCode(error)}`) {
    case '412 SourceConditionNotMet':
    case '404 CannotVerifyCopySource':
    // The source went to the archive tier between the reading and the copy.
    case '409 CannotVerifyCopySource':
    case '409 BlobArchived':
      return { outcome: 'source-moved' };
    case '412 ConditionNotMet':
    case '409 BlobAlreadyExists':
    case '404 BlobNotFound':
    case '404 ContainerNotFound':
      return { outcome: 'backup-moved' };
    default:
      return undefined;
  }
}
