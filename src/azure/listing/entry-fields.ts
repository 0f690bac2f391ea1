import { type BlobProperties, toTier } from '../blob/to-reading.ts';
import { DamagedPage } from '../errors/damaged-page.ts';
import type { ListedAccess, ListedDetails } from './listing.ts';
import type { Etag } from '../../model/etag.ts';
import type { Tags } from '../../model/reading.ts';
import { type Metadata, STAMP_NAME, type Stamp, splitStamp } from '../../model/stamp.ts';

/** An entry of a listing as written: names of elements, metadata or tags, with their decoded text. */
export interface EntryFields {
  readonly properties: ReadonlyMap<string, string>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

/** In a listing, replaces a metadata name that is not an XML name. */
const UNREADABLE_NAME = 'x-ms-invalid-name';

/** @throws DamagedPage when a property is invalid */
export function toDetails({ properties, metadata, tags }: EntryFields): ListedDetails {
  return {
    properties: toBlobProperties(properties),
    metadata: toRecord(metadata),
    isMetadataWhole: !metadata.has(UNREADABLE_NAME),
    tags: toRecord(tags),
    access: toAccess(properties),
    resourceType: properties.get('ResourceType'),
  };
}

/** Own properties only, so that a metadata name may be `__proto__`. */
function toRecord(fields: ReadonlyMap<string, string>): Metadata & Tags {
  return Object.fromEntries(fields);
}

function toBlobProperties(fields: ReadonlyMap<string, string>): BlobProperties {
  const md5 = fields.get('Content-MD5');
  return {
    etag: fields.get('Etag'),
    lastModified: toDate(fields, 'Last-Modified'),
    contentLength: toCount(fields, 'Content-Length'),
    blobType: fields.get('BlobType'),
    contentMD5: md5 === undefined ? undefined : Buffer.from(md5, 'base64'),
    contentType: fields.get('Content-Type'),
    contentEncoding: fields.get('Content-Encoding'),
    contentLanguage: fields.get('Content-Language'),
    contentDisposition: fields.get('Content-Disposition'),
    cacheControl: fields.get('Cache-Control'),
    copyStatus: fields.get('CopyStatus'),
    accessTier: fields.get('AccessTier'),
    accessTierInferred: fields.has('AccessTierInferred')
      ? fields.get('AccessTierInferred') === 'true'
      : undefined,
    archiveStatus: fields.get('ArchiveStatus'),
    tagCount: toCount(fields, 'TagCount'),
  };
}

/** Of a block blob. Returned even if another property is invalid, so that a walk can compare it. */
export function toListedTier(fields: ReadonlyMap<string, string>): string | undefined {
  const tier = toTier({
    accessTier: fields.get('AccessTier'),
    accessTierInferred: fields.get('AccessTierInferred') === 'true',
    archiveStatus: fields.get('ArchiveStatus'),
  });
  return tier === '' ? undefined : tier;
}

/** Returned even if another property is invalid, so that a walk can sum it up. */
export function toListedLength(text = ''): number {
  return /^\d{1,16}$/.test(text) ? Number(text) : 0;
}

function toAccess(fields: ReadonlyMap<string, string>): ListedAccess | undefined {
  const [owner, group, permissions, acl] = ['Owner', 'Group', 'Permissions', 'Acl'].map((name) =>
    fields.get(name),
  );
  if (owner === undefined || group === undefined || permissions === undefined || acl === undefined)
    return undefined;
  return { owner, group, permissions, acl };
}

function toCount(fields: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = fields.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,16}$/.test(text)) throw new DamagedPage(`an entry whose ${name} is not a number`);
  return Number(text);
}

function toDate(fields: ReadonlyMap<string, string>, name: string): Date | undefined {
  const text = fields.get(name);
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new DamagedPage(`an entry whose ${name} is not a date`);
  return date;
}

/** A stamp as `addStamp` writes it. */
const USUAL = /^v=1;account=([^;]+);etag=([^;"]+);modified=([^;]+)$/;

/**
 * The result of `splitStamp` for a stamp's text, much faster for the usual form: each entry of a listing has
 * one. A text on which it would fail is not a stamp: it must not end the listing.
 */
export function toStamp(text: string): Stamp | undefined {
  const [, account, etag, modified] = USUAL.exec(text) ?? [];
  if (account !== undefined && etag !== undefined && modified !== undefined) {
    const lastModified = new Date(modified);
    if (!Number.isNaN(lastModified.getTime())) return { account, etag: etag as Etag, lastModified };
  }
  try {
    return splitStamp({ [STAMP_NAME]: text }).stamp;
  } catch {
    return undefined;
  }
}
