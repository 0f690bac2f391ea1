import type { BlobPage } from '../../ports/blob-reader.ts';

/** A body that is not a page of a listing, or not a complete one. */
export class DamagedPage extends Error {
  override readonly name = 'DamagedPage';
}

const LONGEST_HEAD = 1024;
/** Old versions of the service name the container by its URL. */
const CONTAINER = /<EnumerationResults[^>]*? ContainerName="(?:[^"]*\/)?([^"/]*)"/;

/** The container that a page says it lists. */
export function readContainerName(page: string): string | undefined {
  return CONTAINER.exec(page.slice(0, LONGEST_HEAD))?.[1];
}

/** What was requested of a listing. */
interface Asked {
  readonly prefix?: string | undefined;
  readonly marker?: string | undefined;
  /** Where it begins: what the service then returns as its marker is not documented. */
  readonly startFrom?: string | undefined;
}

interface NamedPage extends Pick<BlobPage, 'ascends'> {
  readonly entries: readonly { readonly name: string }[];
}

/**
 * Why a page does not match the request, by what the page says about itself; undefined where it does not
 * contradict it. The service repeats the prefix and marker of the request:
 * learn.microsoft.com/rest/api/storageservices/list-blobs.
 */
export function findPageMismatch(
  page: string,
  { prefix = '', marker = '', startFrom }: Asked,
): string | undefined {
  const head = page.slice(0, LONGEST_HEAD);
  const isOther = (name: string, asked: string): boolean => {
    const [, said] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(head) ?? [];
    // Text that XML has to escape is not compared.
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
 * Refuses a valid page that does not match the request: of another container, from a cache, or of another
 * prefix, which a proxy may have dropped. What it does not hold would count as absent.
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
  // Names with a common prefix are consecutive in every order.
  const isSorted = ascends('flat') || ascends('tree');
  const inDoubt = isSorted ? [first, last] : entries;
  if (!inDoubt.every(({ name }) => name.startsWith(prefix)))
    throw new DamagedPage('it holds names without the requested prefix');
}
