import { type BlobGetPropertiesResponse, RestError } from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { blobClient } from '../blob/blob-client.ts';
import { toKind } from '../blob/to-reading.ts';
import { toMeanings, toStorageError } from '../errors/storage-error.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';

/**
 * The service answered that it made the copy, and what it made is not what the source has. A service that was made
 * before an operation ignores the headers that ask for it, and does another one: it answers 201 to Put Blob From URL and
 * writes an empty blob (Azurite#852), or starts a copy and answers 202.
 */
export class IncompleteCopy extends BlobmirrorError {
  /** What lies on the backup for it, under the stamp of the copy; undefined when nothing was committed. */
  readonly left: LeftoverBlob | undefined;

  constructor(account: string, left?: LeftoverBlob) {
    super('copy-not-possible', `${account} reported a finished copy that is not complete`);
    this.left = left;
  }
}

export interface LeftoverBlob {
  readonly etag: Etag;
  /** A blob of the other kind cannot be overwritten. */
  readonly isOfKind: boolean;
}

/**
 * Does a write of a copy whose answer is known by its status alone.
 *
 * @throws IncompleteCopy when the service succeeded with something else
 */
export async function refuseUnexpectedSuccess<Answer>(
  account: string,
  write: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof RestError) || !isSuccess(error.statusCode)) throw error;
    const etag = error.response?.headers.get('etag');
    // Whatever wrote a blob, or began to, tells its ETag. Without, nothing is known of what was done.
    if (etag === undefined) throw error;
    throw new IncompleteCopy(account, { etag: parseEtag(etag), isOfKind: true });
  }
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Of no bytes at all, base64. Some clients leave it on every blob (azure-sdk-for-net#16779). */
const MD5_OF_NOTHING = '1B2M2Y8AsgTpgAmY7PhCfg==';

/**
 * Whether the MD5 in the answer to a copy proves that the bytes are those of the source: the service computed it from
 * what it wrote, and the source declares the same. An MD5 of nothing, on a blob that is not empty, is what a service
 * would answer that wrote nothing.
 */
export function isProvenByMd5({ source }: CopyRequest, answered: string | undefined): boolean {
  const { contentMd5, size } = source;
  return contentMd5 !== undefined && answered === contentMd5 && (size === 0 || contentMd5 !== MD5_OF_NOTHING);
}

/**
 * Proves that the copy which a write answered for is of the source's kind and length. One request.
 *
 * @param etag what the write answered: another write since is another's to prove
 * @throws IncompleteCopy
 */
export async function proveCopy(backup: Account, request: CopyRequest, etag: Etag): Promise<WriteOutcome> {
  let found: BlobGetPropertiesResponse;
  try {
    found = await blobClient(backup, request.key).getProperties({
      conditions: { ifMatch: etagHeader(etag) },
    });
  } catch (error) {
    const meaning = toMeanings(error)?.read;
    if (meaning === 'absent' || meaning === 'race-lost') return { kind: 'backup-precondition-failed' };
    throw toStorageError(error, 'read', backup.name);
  }
  refuseIncomplete(backup, request, found, etag);
  return { kind: 'written' };
}

/** @throws IncompleteCopy when what was found is of another kind or length than the source */
export function refuseIncomplete(
  backup: Account,
  { source }: CopyRequest,
  { blobType, contentLength }: BlobGetPropertiesResponse,
  etag: Etag,
): void {
  const isOfKind = toKind(blobType) === source.kind;
  if (!isOfKind || contentLength !== source.size) throw new IncompleteCopy(backup.name, { etag, isOfKind });
}
