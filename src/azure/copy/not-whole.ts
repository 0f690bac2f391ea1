import { RestError } from '@azure/storage-blob';
import { BlobmirrorError } from '../../model/errors.ts';
import { type Etag, parseEtag } from '../../model/etag.ts';

/**
 * The service answered that it made the copy, and what it made is not what the source has. A service that was made
 * before an operation ignores the headers that ask for it, and does another one: it answers 201 to Put Blob From URL and
 * writes an empty blob (Azurite#852), or starts a copy and answers 202.
 */
export class NotWhole extends BlobmirrorError {
  /** What lies on the backup for it, under the stamp of the copy; undefined when nothing was committed. */
  readonly left: LeftBehind | undefined;

  constructor(account: string, left?: LeftBehind) {
    super('copy-not-possible', `${account} answered that a copy was made, and it is not whole`);
    this.left = left;
  }
}

export interface LeftBehind {
  readonly etag: Etag;
  /** A blob of the other kind cannot be overwritten. */
  readonly isOfKind: boolean;
}

/**
 * Does a write of a copy whose answer is known by its status alone.
 *
 * @throws NotWhole when the service succeeded with something else
 */
export async function refuseOtherSuccess<Answer>(
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
    throw new NotWhole(account, { etag: parseEtag(etag), isOfKind: true });
  }
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
