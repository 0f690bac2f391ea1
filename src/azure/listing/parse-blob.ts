import { type Etag, parseEtag } from '../../model/etag.ts';
import { STAMP_NAME, type Stamp } from '../../model/stamp.ts';
import { DamagedPage } from './damaged-page.ts';
import { type EntryFields, toDetails, toListedLength, toListedTier } from './entry-fields.ts';
import type { ListedDetails } from './listed-details.ts';
import { PageEntry } from './page-entry.ts';
import { childrenOf, textOf, type XmlElement } from './parse-elements.ts';
import { toStamp } from './to-stamp.ts';

export interface PageOptions {
  /** Whether snapshots are entries too. */
  readonly snapshots?: boolean | undefined;
}

/** The entry that a `<Blob>` is; none for an old version, a deleted blob or, unless asked for, a snapshot. @throws DamagedPage */
export function parseBlob(blob: XmlElement, { snapshots = false }: PageOptions = {}): readonly PageEntry[] {
  const parts = childrenOf(blob);
  const name = toName(only(parts, 'Name'));
  const isSnapshot = !!text(only(parts, 'Snapshot'));
  if (!isCurrent(parts) || (isSnapshot && !snapshots)) return [];
  const properties = within(only(parts, 'Properties'));
  const metadata = within(only(parts, 'Metadata'));
  const tags = within(only(within(only(parts, 'Tags')), 'TagSet'));
  const fields: EntryFields = {
    properties: toFields(properties),
    metadata: toFields(metadata),
    tags: new Map(tags.map(toTag)),
  };
  const etag = toEtag(text(only(properties, 'Etag')));
  if (name === '') throw new DamagedPage('a blob without name');
  const copyStatus = text(only(properties, 'CopyStatus'));
  const isSettled = copyStatus === undefined || copyStatus === 'success';
  const stamp = text(only(metadata, STAMP_NAME, inAnyCase));
  const isBlockBlob = text(only(properties, 'BlobType')) === 'BlockBlob';
  only(properties, 'AccessTier');
  return [
    new ParsedEntry(
      {
        name,
        etag,
        stamp: stamp === undefined || !isSettled ? undefined : toStamp(stamp),
        isDirectory: text(only(properties, 'ResourceType')) === 'directory',
        isBlockBlob,
        isSnapshot,
        bytes: toListedLength(fields.properties.get('Content-Length')),
        tier: isBlockBlob ? toListedTier(fields.properties) : undefined,
      },
      fields,
    ),
  ];
}

type Known = { readonly isSnapshot: boolean } & Pick<
  PageEntry,
  'name' | 'etag' | 'stamp' | 'isDirectory' | 'isBlockBlob' | 'bytes' | 'tier'
>;

/** An entry of which all is read. */
class ParsedEntry extends PageEntry implements Known {
  readonly name: string;
  readonly etag: Etag;
  readonly stamp: Stamp | undefined;
  readonly isDirectory: boolean;
  readonly isBlockBlob: boolean;
  readonly isSnapshot: boolean;
  readonly bytes: number;
  readonly tier: string | undefined;
  readonly #fields: EntryFields;

  constructor(known: Known, fields: EntryFields) {
    super();
    this.name = known.name;
    this.etag = known.etag;
    this.stamp = known.stamp;
    this.isDirectory = known.isDirectory;
    this.isBlockBlob = known.isBlockBlob;
    this.isSnapshot = known.isSnapshot;
    this.bytes = known.bytes;
    this.tier = known.tier;
    this.#fields = fields;
  }

  details(): ListedDetails {
    return toDetails(this.#fields);
  }
}

/** Names with characters that XML cannot hold come percent-encoded: learn.microsoft.com/rest/api/storageservices/list-blobs */
function toName(element: XmlElement | undefined): string {
  if (element === undefined) throw new DamagedPage('a blob without name');
  const name = textOf(element);
  if (element.attributes['Encoded'] !== 'true') return name;
  try {
    return decodeURIComponent(name);
  } catch (error) {
    throw new DamagedPage('a name that is not encoded as it says', { cause: error });
  }
}

function toEtag(written: string | undefined): Etag {
  try {
    return parseEtag(written);
  } catch (error) {
    throw new DamagedPage('a blob without ETag', { cause: error });
  }
}

function isCurrent(parts: readonly XmlElement[]): boolean {
  return text(only(parts, 'Deleted')) !== 'true' && text(only(parts, 'IsCurrentVersion')) !== 'false';
}

/** Of a name that comes twice, the last counts. */
function toFields(elements: readonly XmlElement[]): ReadonlyMap<string, string> {
  return new Map(elements.map((element) => [element.name, textOf(element)]));
}

function toTag(tag: XmlElement): readonly [string, string] {
  const parts = childrenOf(tag);
  const [key, value] = [text(only(parts, 'Key')), text(only(parts, 'Value'))];
  if (tag.name !== 'Tag' || key === undefined || value === undefined)
    throw new DamagedPage('a tag without key or value');
  return [key, value];
}

const asItIs = (name: string): string => name;
const inAnyCase = (name: string): string => name.toLowerCase();

/** The element of this name; undefined when there is none. */
function only(elements: readonly XmlElement[], name: string, toForm = asItIs): XmlElement | undefined {
  const [found, ...others] = elements.filter((element) => toForm(element.name) === name);
  if (others.length > 0) throw new DamagedPage(`more than one ${name}`);
  return found;
}

function text(element: XmlElement | undefined): string | undefined {
  return element === undefined ? undefined : textOf(element);
}

function within(element: XmlElement | undefined): readonly XmlElement[] {
  return element === undefined ? [] : childrenOf(element);
}
