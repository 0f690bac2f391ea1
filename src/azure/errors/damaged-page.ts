import type { BlobPage } from '../../ports/blob-reader.ts';

/** A body that is no page of a listing, or not all of one. */
export class DamagedPage extends Error {
  override readonly name = 'DamagedPage';
}

const LONGEST_HEAD = 1024;
/** Old versions of the service name the container by its URL. */
const CONTAINER = /<EnumerationResults[^>]*? ContainerName="(?:[^"]*\/)?([^"/]*)"/;

/** The container that a page says it is of. */
export function readContainerName(page: string): string | undefined {
  return CONTAINER.exec(page.slice(0, LONGEST_HEAD))?.[1];
}

/** What a listing was asked for. */
interface Asked {
  readonly prefix?: string | undefined;
  readonly marker?: string | undefined;
  /** Where it is to begin: what the service then says of its marker is not documented. */
  readonly startFrom?: string | undefined;
}

interface NamedPage extends Pick<BlobPage, 'ascends'> {
  readonly entries: readonly { readonly name: string }[];
}

/**
 * Why a page is not of what was asked for, by what it says of that itself; undefined where it does not. The service
 * repeats a prefix and a marker that it was given: learn.microsoft.com/rest/api/storageservices/list-blobs.
 */
export function findPageMismatch(
  page: string,
  { prefix = '', marker = '', startFrom }: Asked,
): string | undefined {
  const head = page.slice(0, LONGEST_HEAD);
  const isOther = (name: string, asked: string): boolean => {
    const [, said] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(head) ?? [];
    // What XML writes in another way is not judged.
    return (
      said !== undefined && (asked === '' ? said !== '' : isPlain(asked) && said !== '' && said !== asked)
    );
  };
  if (isOther('Prefix', prefix)) return 'it is of another prefix';
  if (startFrom === undefined && isOther('Marker', marker)) return 'it is another page';
  return undefined;
}

function isPlain(text: string): boolean {
  return /^[!#%-;=?-~]*$/.test(text) && !text.includes('&') && !text.includes("'");
}

/**
 * Refuses a page that is one, and not of what was asked for: of another container, out of a cache, or of another prefix,
 * which something in between may have dropped. What it does not hold would pass for absent.
 *
 * @throws DamagedPage
 */
export function refuseOtherPage(
  body: Buffer,
  { entries, ascends }: NamedPage,
  container: string,
  listing: Asked,
): void {
  const { prefix = '' } = listing;
  const head = body.toString('latin1', 0, LONGEST_HEAD);
  const unasked = findPageMismatch(head, listing);
  if (unasked !== undefined) throw new DamagedPage(unasked);
  const named = readContainerName(head);
  if (named !== undefined && named !== container) throw new DamagedPage('it is of another container');
  const [first, last] = [entries[0], entries.at(-1)];
  if (prefix === '' || first === undefined || last === undefined) return;
  // Names with one beginning follow each other in every order.
  const isSorted = ascends('flat') || ascends('tree');
  const inDoubt = isSorted ? [first, last] : entries;
  if (!inDoubt.every(({ name }) => name.startsWith(prefix)))
    throw new DamagedPage('it holds names without the requested prefix');
}
