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
 * The service answered success, and what it made differs from the source. A service older than an operation
 * ignores the headers that request it, and does something else: it answers 201 to Put Blob From URL and
 * writes an empty blob (Azurite#852), or starts a copy and answers 202.
 */
export class IncompleteCopy extends BlobmirrorError {
  /** The wrong blob on the backup, under the stamp of the copy; undefined when nothing was committed. */
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
 * Does a write of a copy that is judged by the status of its answer alone.
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
    // A service that wrote a blob, or began to, returns its ETag. Without one, the outcome is unknown.
    if (etag === undefined) throw error;
    throw new IncompleteCopy(account, { etag: parseEtag(etag), isOfKind: true });
  }
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** The MD5 of no bytes, base64. Some clients leave it on every blob (azure-sdk-for-net#16779). */
const MD5_OF_NOTHING = '1B2M2Y8AsgTpgAmY7PhCfg==';

/**
 * Whether the MD5 in the answer to a copy proves that the bytes are those of the source: the service computed
 * it from what it wrote, and the source declares the same. The MD5 of no bytes proves nothing for a blob that
 * is not empty: a service that wrote nothing would return it.
 */
export function isProvenByMd5({ source }: CopyRequest, answered: string | undefined): boolean {
  const { contentMd5, size } = source;
  return contentMd5 !== undefined && answered === contentMd5 && (size === 0 || contentMd5 !== MD5_OF_NOTHING);
}

/**
 * Proves that the copy has the source's kind and length. One request.
 *
 * @param etag from the answer to the write; another version is for its own writer to prove
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

/** @throws IncompleteCopy when the blob is of another kind or length than the source */
export function refuseIncomplete(
  backup: Account,
  { source }: CopyRequest,
  { blobType, contentLength }: BlobGetPropertiesResponse,
  etag: Etag,
): void {
  const isOfKind = toKind(blobType) === source.kind;
  if (!isOfKind || contentLength !== source.size) throw new IncompleteCopy(backup.name, { etag, isOfKind });
}

/** Whether an account has access tiers: general purpose v1 and most premium accounts have none. */
export interface TierSupport {
  isMissing(): boolean;
  /**
   * Does a write that names a tier, and repeats it without one where the account has no tiers.
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

/** Learned from the first refusal, for the life of the process: `onMissing` is called then, and once. */
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
 * What a refusal says about the engine:
 *
 * - `wrong-result`: the service does something else instead, over the blob that was there.
 * - `unsupported`: it has no such operation, or not with the headers that we send.
 * - `key-specific`: it may concern this blob alone, its name or its source, or every blob.
 */
export type EngineRefusal = 'wrong-result' | 'unsupported' | 'key-specific';

/** Codes of a service that is older than an operation or one of its headers. */
const UNSUPPORTED: ReadonlySet<unknown> = new Set([
  'APINotImplemented',
  'NotImplemented',
  'UnsupportedHeader',
  'UnsupportedQueryParameter',
  'UnsupportedHttpVerb',
  'InvalidHttpVerb',
]);

/** Codes that concern what every engine sends: the next one would be refused as well. */
const OF_EVERY_ENGINE: ReadonlySet<unknown> = new Set<unknown>([
  'InvalidMetadata',
  'EmptyMetadataKey',
  'MetadataTooLarge',
  'InvalidResourceName',
  'InvalidBlobTier',
  ...NO_TIERS,
]);

/** Undefined: the engine did not cause the failure, and no other one would do better. */
export function toEngineRefusal(error: unknown): EngineRefusal | undefined {
  if (error instanceof IncompleteCopy) return 'wrong-result';
  if (!(error instanceof BlobmirrorError)) return undefined;
  const { status, service, isOfService = true } = error.context;
  // An answer that is not of the service says nothing about the account.
  if (isOfService === false) return undefined;
  if (status === 501 || status === 405 || UNSUPPORTED.has(service)) return 'unsupported';
  // A source that was archived meanwhile, or a service that requires another permission to read it.
  if (status === 409 && service === 'CannotVerifyCopySource') return 'key-specific';
  return status === 400 && error.code === 'storage-rejected' && !OF_EVERY_ENGINE.has(service)
    ? 'key-specific'
    : undefined;
}

/** How long an engine that the account refuses is not tried: services are upgraded, and firewalls opened. */
const UNSUPPORTED_MS = 3_600_000;
const SUSPECTED_MS = 600_000;
/**
 * An engine must fail for this many blobs in a row, and another engine succeed, before the account is taken
 * to refuse it.
 */
const SUSPECT_AFTER = 3;

/** What one account is known to refuse: a few numbers per engine, whatever the number of blobs. */
export interface EngineRefusals<Way> {
  isRefused(way: Way): boolean;
  /** It was refused for a blob that another engine then copied, or for which no such proof is needed. */
  record(way: Way, refusal: EngineRefusal): void;
  /** It succeeded: suspicions are dropped. */
  clear(way: Way): void;
}

/**
 * An engine that the service lacks is tried again each hour, with one blob. One that was refused for several
 * blobs in a row is not tried for ten minutes: one odd blob switches nothing off. One that did something else
 * instead is never used again by this process.
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
