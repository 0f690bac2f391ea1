/**
 * Pages of a listing as the service would write them, for any number of blobs, a hundred in a directory. An entry
 * differs from the next one in the digits of its number alone, so a page is a template with numbers put in, and no blob
 * takes memory.
 */
export interface ListedBlobs {
  readonly account: string;
  readonly container: string;
  readonly blobs: number;
  /** How many entries of metadata each blob has, the stamp not counted. */
  readonly metadata: number;
  /** The account whose ETags the blobs carry in their stamps; none when it is not told. */
  readonly stampOf?: string | undefined;
}

/** Enough for more blobs than a container ever held, and the same for all, so that names ascend as their numbers do. */
const DIGITS = 10;
/** Of a blob's number within its directory. */
const FILE_DIGITS = 2;
const NUMBER = '#'.repeat(DIGITS);
const [DIRECTORY, FILE] = [NUMBER.slice(FILE_DIGITS), NUMBER.slice(-FILE_DIGITS)];
const NAME = `measurements/station-${DIRECTORY}/day-${FILE}.parquet`;
const ZERO = '0'.charCodeAt(0);
const MODIFIED = '2026-11-21T21:54:57.000Z';

/** A hundred in each directory. */
export function nameOf(number: number): string {
  const digits = String(number).padStart(DIGITS, '0');
  return NAME.replace(DIRECTORY, digits.slice(0, -FILE_DIGITS)).replace(FILE, digits.slice(-FILE_DIGITS));
}

/** The number of the first blob whose name is not before this text. */
export function firstFrom(blobs: number, text: string): number {
  let [low, high] = [0, blobs];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (nameOf(middle) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where some digits of a blob's number stand in an entry. */
interface Place {
  readonly at: number;
  readonly digits: number;
  /** 1 where they are its last ones, 100 where two follow elsewhere. */
  readonly unit: number;
}

/** Writes pages of one kind. */
export class PageWriter {
  readonly #entry: Buffer;
  readonly #places: readonly Place[];
  readonly #listed: ListedBlobs;

  constructor(listed: ListedBlobs, withMetadata: boolean) {
    this.#listed = listed;
    const text = entry(listed, withMetadata);
    this.#entry = Buffer.from(text);
    this.#places = [...text.matchAll(/#+/g)].map(({ 0: { length: digits }, index: at }) => ({
      at,
      digits,
      unit: digits === DIRECTORY.length ? 10 ** FILE_DIGITS : 1,
    }));
  }

  /** The blobs from one number to before another, and the marker behind them. */
  write(from: number, to: number, nextMarker: string): Buffer {
    const [before, behind] = ends(this.#listed, nextMarker);
    const [head, tail] = [Buffer.from(before), Buffer.from(behind)];
    const size = this.#entry.length;
    const page = Buffer.allocUnsafe(head.length + (to - from) * size + tail.length);
    page.set(head);
    let at = head.length;
    for (let number = from; number < to; number++, at += size) {
      page.set(this.#entry, at);
      for (const place of this.#places) putNumber(page, at, place, number);
    }
    page.set(tail, at);
    return page;
  }
}

/** A page of directories, as a listing with a delimiter has them. */
export function writeDirectories(
  listed: ListedBlobs,
  directories: readonly string[],
  nextMarker: string,
): Buffer {
  const entries = directories.map((name) => `<BlobPrefix><Name>${name}</Name></BlobPrefix>`);
  return Buffer.from(ends(listed, nextMarker).join(entries.join('')));
}

/** What comes before the entries of a page, and behind them. */
function ends({ account, container }: ListedBlobs, nextMarker: string): readonly [string, string] {
  return [
    `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/${account}/" ContainerName="${container}"><MaxResults>5000</MaxResults><Blobs>`,
    `</Blobs><NextMarker>${nextMarker}</NextMarker></EnumerationResults>`,
  ];
}

function putNumber(page: Buffer, start: number, { at, digits, unit }: Place, number: number): void {
  let rest = Math.floor(number / unit);
  for (let digit = digits - 1; digit >= 0; digit--) {
    page[start + at + digit] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function entry({ metadata, stampOf }: ListedBlobs, withMetadata: boolean): string {
  const properties = {
    'Creation-Time': 'Sat, 21 Nov 2026 21:54:57 GMT',
    'Last-Modified': 'Sat, 21 Nov 2026 21:54:57 GMT',
    Etag: etagOf(stampOf !== undefined),
    'Content-Length': '1048576',
    'Content-Type': 'application/octet-stream',
    'Content-Encoding': '',
    'Content-Language': '',
    'Content-CRC64': '',
    'Content-MD5': 'sQqNsWTwdUEFt6mb5y4/5Q==',
    'Cache-Control': '',
    'Content-Disposition': '',
    BlobType: 'BlockBlob',
    AccessTier: 'Hot',
    AccessTierInferred: 'true',
    LeaseStatus: 'unlocked',
    LeaseState: 'available',
    ServerEncrypted: 'true',
  };
  const own = Object.fromEntries(
    Array.from({ length: metadata }, (_, i) => [`project${i}`, `measurements of station ${i}`]),
  );
  const stamp = stampOf !== undefined && {
    blobmirror: `v=1;account=${stampOf};etag=${etagOf(false)};modified=${MODIFIED}`,
  };
  const leaves = withMetadata ? elements({ ...own, ...stamp }) : '';
  return (
    `<Blob><Name>${NAME}</Name>` +
    `<Properties>${elements(properties)}</Properties>` +
    `${leaves === '' ? '<Metadata />' : `<Metadata>${leaves}</Metadata>`}<OrMetadata /></Blob>`
  );
}

/** The two sides of a mirror never have the same ETag. */
function etagOf(isBackup: boolean): string {
  return `0x8D${isBackup ? 'B' : 'A'}${NUMBER}`;
}

function elements(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => (text === '' ? `<${name} />` : `<${name}>${text}</${name}>`))
    .join('');
}
