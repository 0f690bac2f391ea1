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

/** Whether an account has access tiers: one of general purpose v1 and most premium ones have none. */
export interface TierSupport {
  isMissing(): boolean;
  /**
   * Does a write that names a tier, and again without where the account has none.
   *
   * @throws what the write throws
   */
  try<Result>(
    tier: string | undefined,
    write: (tier: string | undefined) => Promise<Result>,
  ): Promise<Result>;
}

/** As seen in Azure/azure-sdk-for-net#48742; the older operation named a query parameter (Azure/azure-cli#10630). */
const NO_TIERS: ReadonlySet<unknown> = new Set([
  'BlobAccessTierNotSupportedForAccountType',
  'AccessTierNotSupportedForAccountType',
]);

/** Learned from the first refusal, for as long as the process lives: `onMissing` is called then, and once. */
export function createTierSupport(onMissing: () => void): TierSupport {
  let isMissing = false;
  return {
    isMissing: () => isMissing,
    try: async (tier, write) => {
      if (tier === undefined || isMissing) return await write(undefined);
      try {
        return await write(tier);
      } catch (error) {
        if (!(error instanceof BlobmirrorError) || !NO_TIERS.has(error.context['service'])) throw error;
        if (!isMissing) onMissing();
        isMissing = true;
        return await write(undefined);
      }
    },
  };
}

/**
 * What a refusal says of the way that was tried:
 *
 * - `wrong-result`: the service does something else instead, over what was there.
 * - `unsupported`: it has no such operation, or not with the headers that we send.
 * - `key-specific`: it may be about this blob alone, its name or its source, or about every one.
 */
export type EngineRefusal = 'wrong-result' | 'unsupported' | 'key-specific';

/** Codes of a service that was made before an operation was, or before one of its headers. */
const UNSUPPORTED: ReadonlySet<unknown> = new Set([
  'APINotImplemented',
  'NotImplemented',
  'UnsupportedHeader',
  'UnsupportedQueryParameter',
  'UnsupportedHttpVerb',
  'InvalidHttpVerb',
]);

/** Codes of what every way sends alike: the next one would be refused as well. */
const OF_EVERY_ENGINE: ReadonlySet<unknown> = new Set<unknown>([
  'InvalidMetadata',
  'EmptyMetadataKey',
  'MetadataTooLarge',
  'InvalidResourceName',
  'InvalidBlobTier',
  ...NO_TIERS,
]);

/** Undefined: what failed was not the way, and no other one would do better. */
export function toEngineRefusal(error: unknown): EngineRefusal | undefined {
  if (error instanceof IncompleteCopy) return 'wrong-result';
  if (!(error instanceof BlobmirrorError)) return undefined;
  const { status, service, isOfService = true } = error.context;
  // What something in between cannot do says nothing of the account.
  if (isOfService === false) return undefined;
  if (status === 501 || status === 405 || UNSUPPORTED.has(service)) return 'unsupported';
  // A source that was archived meanwhile, or a service that wants another kind of permission to read it.
  if (status === 409 && service === 'CannotVerifyCopySource') return 'key-specific';
  return status === 400 && error.code === 'storage-rejected' && !OF_EVERY_ENGINE.has(service)
    ? 'key-specific'
    : undefined;
}

/** So long a way that the account refuses is left alone: services are renewed, and firewalls opened. */
const UNSUPPORTED_MS = 3_600_000;
const SUSPECTED_MS = 600_000;
/** So many blobs in a row a way must fail, and the next one do, before the account is taken to refuse it. */
const SUSPECT_AFTER = 3;

/** What one account is known to refuse: a few numbers for each way, whatever the number of blobs. */
export interface EngineRefusals<Way> {
  isRefused(way: Way): boolean;
  /** It was refused for a blob that another way then copied, or of which that need not be seen. */
  record(way: Way, refusal: EngineRefusal): void;
  /** It was taken: what was suspected of it is forgotten. */
  clear(way: Way): void;
}

/**
 * A way that the service lacks is asked for again each hour, with one blob. One that was refused for several blobs in a
 * row rests for ten minutes: one odd blob switches nothing off. One that did something else instead is never taken
 * again by this process.
 *
 * @param now milliseconds
 */
export function createEngineRefusals<Way>(now: () => number): EngineRefusals<Way> {
  const known = new Map<Way, { inARow: number; until: number }>();
  return {
    isRefused: (way) => now() < (known.get(way)?.until ?? Number.NEGATIVE_INFINITY),
    record: (way, refusal) => {
      const { inARow = 0, until = Number.NEGATIVE_INFINITY } = known.get(way) ?? {};
      const next = { inARow: inARow + 1, until };
      if (refusal === 'wrong-result') next.until = Number.POSITIVE_INFINITY;
      else if (refusal === 'unsupported') next.until = Math.max(until, now() + UNSUPPORTED_MS);
      else if (next.inARow >= SUSPECT_AFTER) next.until = Math.max(until, now() + SUSPECTED_MS);
      known.set(way, next);
    },
    clear: (way) => {
      known.delete(way);
    },
  };
}
