import { SaxesParser } from 'saxes';
import { DamagedPage } from '../errors/damaged-page.ts';
import { type EntryFields } from './entry-fields.ts';
import { toDetails } from './entry-fields.ts';
import { toListedTier } from './entry-fields.ts';
import { toListedLength } from './entry-fields.ts';
import { toStamp } from './entry-fields.ts';
import { type ListedDetails, type ListedPage, PageEntry } from './listing.ts';
import { type Etag, parseEtag } from '../../model/etag.ts';
import { STAMP_NAME, type Stamp } from '../../model/stamp.ts';
import { toPlainPage } from '../../ports/blob-reader.ts';

/**
 * Reads a page of a listing with an XML parser, for forms that the scanner does not know. Unknown elements
 * are skipped where they can change nothing; a duplicate element, or one between the blobs, is an error.
 *
 * @throws DamagedPage
 */
export function parsePage(bytes: Uint8Array, options: PageOptions = {}): ListedPage {
  const root = parseElements(bytes);
  if (root.name !== 'EnumerationResults') throw new DamagedPage(`it is not a listing but ${root.name}`);
  const marker = textOf(the(root, 'NextMarker'));
  const entries = childrenOf(the(root, 'Blobs')).flatMap((child): readonly PageEntry[] => {
    if (child.name !== 'Blob') throw new DamagedPage(`${child.name} among the blobs`);
    return parseBlob(child, options);
  });
  return {
    ...toPlainPage(entries),
    nextMarker: marker === '' ? undefined : marker,
    leaveOut: (isLeftOut) => entries.filter((entry) => !isLeftOut(entry)),
  };
}

function the(parent: XmlElement, name: string): XmlElement {
  const [found, ...others] = childrenOf(parent).filter((child) => child.name === name);
  if (found === undefined || others.length > 0) throw new DamagedPage(`no ${name}, or more than one`);
  return found;
}

export interface PageOptions {
  /** Whether snapshots are entries too. */
  readonly snapshots?: boolean | undefined;
}

/**
 * The entry of a `<Blob>`; none for an old version, a deleted blob or, unless requested, a snapshot. @throws
 * DamagedPage
 */
function parseBlob(blob: XmlElement, { snapshots = false }: PageOptions = {}): readonly PageEntry[] {
  const parts = childrenOf(blob);
  const name = toName(only(parts, 'Name'));
  const isSnapshot = !!optionalText(only(parts, 'Snapshot'));
  if (!isCurrent(parts) || (isSnapshot && !snapshots)) return [];
  const properties = within(only(parts, 'Properties'));
  const metadata = within(only(parts, 'Metadata'));
  const tags = within(only(within(only(parts, 'Tags')), 'TagSet'));
  const fields: EntryFields = {
    properties: toFields(properties),
    metadata: toFields(metadata),
    tags: new Map(tags.map(toTag)),
  };
  const etag = toEtag(optionalText(only(properties, 'Etag')));
  if (name === '') throw new DamagedPage('a blob without name');
  const copyStatus = optionalText(only(properties, 'CopyStatus'));
  const isSettled = copyStatus === undefined || copyStatus === 'success';
  const stamp = optionalText(only(metadata, STAMP_NAME, inAnyCase));
  const isBlockBlob = optionalText(only(properties, 'BlobType')) === 'BlockBlob';
  only(properties, 'AccessTier');
  return [
    new ParsedEntry(
      {
        name,
        etag,
        stamp: stamp === undefined || !isSettled ? undefined : toStamp(stamp),
        isDirectory: optionalText(only(properties, 'ResourceType')) === 'directory',
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

/** An entry that was read completely. */
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

/**
 * Names with characters that XML cannot hold are percent-encoded:
 * learn.microsoft.com/rest/api/storageservices/list-blobs
 */
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
  return (
    optionalText(only(parts, 'Deleted')) !== 'true' &&
    optionalText(only(parts, 'IsCurrentVersion')) !== 'false'
  );
}

/** Of a duplicate name, the last counts. */
function toFields(elements: readonly XmlElement[]): ReadonlyMap<string, string> {
  return new Map(elements.map((element) => [element.name, textOf(element)]));
}

function toTag(tag: XmlElement): readonly [string, string] {
  const parts = childrenOf(tag);
  const [key, value] = [optionalText(only(parts, 'Key')), optionalText(only(parts, 'Value'))];
  if (tag.name !== 'Tag' || key === undefined || value === undefined)
    throw new DamagedPage('a tag without key or value');
  return [key, value];
}

const asItIs = (name: string): string => name;
const inAnyCase = (name: string): string => name.toLowerCase();

/** The element with this name; undefined when there is none. */
function only(elements: readonly XmlElement[], name: string, toForm = asItIs): XmlElement | undefined {
  const [found, ...others] = elements.filter((element) => toForm(element.name) === name);
  if (others.length > 0) throw new DamagedPage(`more than one ${name}`);
  return found;
}

function optionalText(element: XmlElement | undefined): string | undefined {
  return element === undefined ? undefined : textOf(element);
}

function within(element: XmlElement | undefined): readonly XmlElement[] {
  return element === undefined ? [] : childrenOf(element);
}

/** An element of XML. The text between its children is concatenated. */
interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: XmlElement[];
}

const WHITE_SPACE = /^[ \t\r\n]*$/;

/** The text of an element without child elements. @throws DamagedPage */
function textOf({ name, text, children }: XmlElement): string {
  if (children.length > 0) throw new DamagedPage(`elements in ${name}`);
  return text;
}

/** The child elements of an element without text. @throws DamagedPage */
function childrenOf({ name, text, children }: XmlElement): readonly XmlElement[] {
  if (!WHITE_SPACE.test(text)) throw new DamagedPage(`text in ${name}`);
  return children;
}

/**
 * The root of any well-formed XML 1.0 in UTF-8, in any form. A document type is skipped, so entities that it
 * declares cannot be used.
 *
 * @throws DamagedPage
 */
function parseElements(bytes: Uint8Array): XmlElement {
  const document: XmlElement = { name: '', attributes: {}, text: '', children: [] };
  const open = [document];
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };

  const parser = new SaxesParser({ xmlns: false });
  parser.on('xmldecl', ({ encoding = 'utf-8', version = '1.0' }) => {
    if (encoding.toLowerCase() !== 'utf-8' || version !== '1.0')
      throw new DamagedPage(`XML ${version} in ${encoding}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: XmlElement = { name, attributes, text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => open.pop());
  try {
    parser.write(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).close();
  } catch (error) {
    throw error instanceof DamagedPage
      ? error
      : new DamagedPage('it is not well-formed XML', { cause: error });
  }
  const [root] = document.children;
  if (root === undefined) throw new DamagedPage('it is empty');
  return root;
}
