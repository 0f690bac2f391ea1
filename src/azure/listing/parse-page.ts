import { DamagedPage } from './damaged-page.ts';
import type { ListedPage } from './listed-page.ts';
import type { PageEntry } from './page-entry.ts';
import { type PageOptions, parseBlob } from './parse-blob.ts';
import { childrenOf, parseElements, textOf, type XmlElement } from './parse-elements.ts';

/**
 * A page of a listing by a parser of XML, for what the scanner does not know. Elements that are new to it are passed
 * over where they can change nothing; what is there twice, or between the blobs, is an error.
 *
 * @throws DamagedPage
 */
export function parsePage(bytes: Uint8Array, options: PageOptions = {}): ListedPage {
  const root = parseElements(bytes);
  if (root.name !== 'EnumerationResults') throw new DamagedPage(`it is no listing but ${root.name}`);
  const marker = textOf(the(root, 'NextMarker'));
  const entries = childrenOf(the(root, 'Blobs')).flatMap((child): readonly PageEntry[] => {
    if (child.name !== 'Blob') throw new DamagedPage(`${child.name} among the blobs`);
    return parseBlob(child, options);
  });
  // Its entries have read all there is.
  return { entries, nextMarker: marker === '' ? undefined : marker, forget: () => {} };
}

function the(parent: XmlElement, name: string): XmlElement {
  const [found, ...others] = childrenOf(parent).filter((child) => child.name === name);
  if (found === undefined || others.length > 0) throw new DamagedPage(`no ${name}, or more than one`);
  return found;
}
