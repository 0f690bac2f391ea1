import type { Row, Value } from './database.ts';
import type { BlobProperties, BlobTags, Lease, LeaseProperties, Metadata, StoredBlob } from './blob.ts';

/** The columns of `blobs` that hold a blob, in the order of `toColumns` and `toBlob`. */
export const BLOB_COLUMNS = [
  'parent',
  'name',
  'state',
  'snapshot',
  'kind',
  'committed',
  'type',
  'length',
  'etag',
  'created',
  'modified',
  'content_type',
  'content_encoding',
  'content_language',
  'content_disposition',
  'cache_control',
  'md5',
  'tier',
  'tier_inferred',
  'tier_changed',
  'sequence_number',
  'sealed',
  'metadata',
  'tags',
  'copy',
  'lease_id',
  'lease_state',
  'lease_kind',
  'lease_seconds',
  'lease_expires',
  'lease_breaks',
  'content',
  'writer',
  'owner',
  'owning_group',
  'acl',
  'sticky',
  'version',
  'deleted_at',
  'expires_at',
  'immutable_until',
  'immutability_mode',
  'legal_hold',
] as const;

export function toColumns(blob: StoredBlob, content: number | null): Value[] {
  const { properties, access } = blob;
  return [
    blob.parent,
    blob.segment,
    blob.former ?? (blob.snapshot === '' ? 'current' : 'snapshot'),
    blob.snapshot,
    blob.kind,
    blob.isCommitted ? 1 : 0,
    properties.blobType ?? null,
    properties.contentLength ?? null,
    properties.etag,
    timeOf(properties.creationTime),
    new Date(properties.lastModified).getTime(),
    properties.contentType ?? null,
    properties.contentEncoding ?? null,
    properties.contentLanguage ?? null,
    properties.contentDisposition ?? null,
    properties.cacheControl ?? null,
    properties.contentMD5 ?? null,
    properties.accessTier ?? null,
    flagOf(properties.accessTierInferred),
    timeOf(properties.accessTierChangeTime),
    properties.blobSequenceNumber ?? null,
    flagOf(properties.isSealed),
    textOf(blob.metadata),
    textOf(blob.blobTags),
    copyOf(properties),
    ...leaseColumns(blob, properties),
    content,
    blob.writer ?? null,
    access?.owner ?? null,
    access?.group ?? null,
    access?.acl ?? null,
    flagOf(access?.sticky),
    blob.version ?? '',
    blob.deletedAt ?? null,
    blob.expiresAt ?? null,
    blob.policy?.until ?? null,
    blob.policy?.mode ?? null,
    flagOf(blob.isHeld),
  ];
}

/** A row of `id` and `BLOB_COLUMNS`. */
export function toBlob(row: Row, accountName: string, containerName: string, name: string): StoredBlob {
  const length = numberIn(row[8]);
  const content = row[32];
  const properties: BlobProperties = {
    creationTime: dateIn(row[10]),
    lastModified: new Date(Number(row[11])),
    etag: String(row[9]),
    contentLength: length,
    contentType: textIn(row[12]),
    contentEncoding: textIn(row[13]),
    contentLanguage: textIn(row[14]),
    contentDisposition: textIn(row[15]),
    cacheControl: textIn(row[16]),
    contentMD5: row[17] instanceof Uint8Array ? row[17] : undefined,
    blobType: textIn(row[7]),
    accessTier: textIn(row[18]),
    accessTierInferred: flagIn(row[19]),
    accessTierChangeTime: dateIn(row[20]),
    blobSequenceNumber: numberIn(row[21]),
    isSealed: flagIn(row[22]),
    serverEncrypted: row[6] === 1 ? true : undefined,
    ...(row[25] !== null && copyIn(String(row[25]))),
  };
  const blob: StoredBlob = {
    id: Number(row[0]),
    parent: Number(row[1]),
    segment: String(row[2]),
    accountName,
    containerName,
    name,
    snapshot: String(row[4]),
    kind: row[5] === 'directory' ? 'directory' : 'file',
    isCommitted: row[6] === 1,
    properties,
    metadata: row[23] === null ? undefined : (JSON.parse(String(row[23])) as Metadata),
    blobTags: row[24] === null ? undefined : (JSON.parse(String(row[24])) as BlobTags),
    persistency: content === null ? undefined : { id: String(content), offset: 0, count: length ?? 0 },
    writer: row[33] === null ? undefined : row[33] === 'path' ? 'path' : 'blob',
  };
  readLease(blob, properties, row, 26);
  readHistory(blob, row);
  if (row[34] !== null)
    blob.access = {
      owner: String(row[34]),
      group: String(row[35]),
      acl: String(row[36]),
      sticky: row[37] === 1,
    };
  return blob;
}

function readHistory(blob: StoredBlob, row: Row): void {
  const state = row[3];
  if (state === 'version' || state === 'deleted') blob.former = state;
  if (row[38] !== '') blob.version = textIn(row[38]);
  if (typeof row[41] === 'number')
    blob.policy = { until: row[41], mode: row[42] === 'locked' ? 'locked' : 'unlocked' };
  if (row[43] === 1) blob.isHeld = true;
  if (state !== 'deleted') return;
  blob.deletedAt = numberIn(row[39]);
  blob.expiresAt = numberIn(row[40]);
}

/** The six columns of a lease. */
export function leaseColumns(lease: Lease, properties: LeaseProperties): Value[] {
  return [
    lease.leaseId ?? null,
    properties.leaseState ?? null,
    properties.leaseDuration ?? null,
    lease.leaseDurationSeconds ?? null,
    timeOf(lease.leaseExpireTime),
    timeOf(lease.leaseBreakTime),
  ];
}

/** Reads the six columns of a lease from column `at` on. */
export function readLease(lease: Lease, properties: LeaseProperties, row: Row, at: number): void {
  const state = textIn(row[at + 1]);
  properties.leaseState = state;
  if (state === undefined) return;
  properties.leaseStatus = state === 'leased' || state === 'breaking' ? 'locked' : 'unlocked';
  if (state === 'available') return;
  properties.leaseDuration = textIn(row[at + 2]);
  lease.leaseId = textIn(row[at]);
  lease.leaseDurationSeconds = numberIn(row[at + 3]);
  lease.leaseExpireTime = dateIn(row[at + 4]);
  lease.leaseBreakTime = dateIn(row[at + 5]);
}

interface Copy {
  readonly id: string;
  readonly status?: string | undefined;
  readonly source?: string | undefined;
  readonly progress?: string | undefined;
  readonly completed?: number | null;
  readonly incremental?: boolean | undefined;
}

function copyOf(properties: BlobProperties): string | null {
  const { copyId, copyStatus, copySource, copyProgress, copyCompletionTime, incrementalCopy } = properties;
  if (copyId === undefined) return null;
  const copy: Copy = {
    id: copyId,
    status: copyStatus,
    source: copySource,
    progress: copyProgress,
    completed: timeOf(copyCompletionTime),
    incremental: incrementalCopy,
  };
  return JSON.stringify(copy);
}

function copyIn(text: string): Partial<BlobProperties> {
  const copy = JSON.parse(text) as Copy;
  return {
    copyId: copy.id,
    copyStatus: copy.status,
    copySource: copy.source,
    copyProgress: copy.progress,
    copyCompletionTime: dateIn(copy.completed ?? null),
    incrementalCopy: copy.incremental,
  };
}

function timeOf(date: Date | undefined): number | null {
  return date === undefined ? null : date.getTime();
}

function dateIn(value: Row[number] | undefined): Date | undefined {
  return typeof value === 'number' ? new Date(value) : undefined;
}

function textIn(value: Row[number] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function textOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function numberIn(value: Row[number] | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function flagOf(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}

function flagIn(value: Row[number] | undefined): boolean | undefined {
  return typeof value === 'number' ? value === 1 : undefined;
}
