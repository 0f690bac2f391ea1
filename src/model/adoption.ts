/**
 * How a backup blob that another tool wrote is proven to equal the source: by the declared MD5s, which the user vouches
 * for, or by reading both.
 */
export type AdoptBy = (typeof ADOPT_BY)[number];

export const ADOPT_BY = ['md5', 'read'] as const;

/** What a dry run found that could be adopted, as far as listings show. */
export interface Adoptable {
  readonly keys: number;
  /** Bytes. */
  readonly bytes: number;
  /** The keys whose backup keeps versions, and their bytes: each stamp adds a version there. */
  readonly versionedKeys: number;
  readonly versionedBytes: number;
}

/** The same with an estimate of the cost by list prices. */
export interface AdoptionEstimate extends Adoptable {
  /** Bytes that would be read from both accounts together; 0 by MD5. */
  readonly bytesRead: number;
  /** US dollars. */
  readonly dollars: {
    /** Once. */
    readonly writes: number;
    readonly reads: number;
    readonly transfer: number;
    /** For each month that the versions before the stamp are kept. */
    readonly versionsPerMonth: number;
  };
  /** The assumptions of the estimate, in words. */
  readonly assumption: string;
}

export const NOTHING_ADOPTABLE: Adoptable = { keys: 0, bytes: 0, versionedKeys: 0, versionedBytes: 0 };

export function addAdoptable(one: Adoptable, other: Adoptable): Adoptable {
  return {
    keys: one.keys + other.keys,
    bytes: one.bytes + other.bytes,
    versionedKeys: one.versionedKeys + other.versionedKeys,
    versionedBytes: one.versionedBytes + other.versionedBytes,
  };
}

/**
 * US dollars, of the hot tier with local redundancy. Requests: the sample prices of
 * learn.microsoft.com/azure/storage/blobs/blob-storage-estimate-costs. Capacity, and transfer between regions of North
 * America: azure.microsoft.com/pricing/details/storage/blobs and .../pricing/details/bandwidth, for East US. They are for
 * an estimate, and no bill is based on them. On accounts of the second version setting metadata is
 * billed as another operation than a write, so the estimate of writes is too high there
 * (learn.microsoft.com/azure/storage/blobs/map-rest-apis-transaction-categories).
 */
const LIST_PRICES = {
  per10000Writes: 0.055,
  per10000Reads: 0.0044,
  perGbTransferred: 0.02,
  perGbMonth: 0.018,
} as const;

/** Bytes that prices are for. */
const GB = 1024 ** 3;
/** Bytes that are read in one request. */
const PIECE = 8 * 1024 * 1024;

/** Versions: learn.microsoft.com/azure/storage/blobs/versioning-overview, "Pricing and billing". */
const ASSUMPTION =
  'An estimate by list prices (US dollars, hot tier, local redundancy, East US), not by your own. ' +
  'Each key takes one write. Where content is read, both sides are read in pieces of 8 MiB, and one of them is in ' +
  'another region of the same continent than the worker. A version is counted in full, for as long as it is kept: ' +
  'Azure bills it so where a tier was set on the blob, and bills blocks that versions share once where none was.';

export function toEstimate(by: AdoptBy, adoptable: Adoptable): AdoptionEstimate {
  const { keys, bytes, versionedBytes } = adoptable;
  const isRead = by === 'read';
  const requests = isRead ? 2 * (keys + Math.floor(bytes / PIECE)) : 0;
  return {
    ...adoptable,
    bytesRead: isRead ? 2 * bytes : 0,
    dollars: {
      writes: (keys / 10_000) * LIST_PRICES.per10000Writes,
      reads: (requests / 10_000) * LIST_PRICES.per10000Reads,
      transfer: isRead ? (bytes / GB) * LIST_PRICES.perGbTransferred : 0,
      versionsPerMonth: (versionedBytes / GB) * LIST_PRICES.perGbMonth,
    },
    assumption: ASSUMPTION,
  };
}
