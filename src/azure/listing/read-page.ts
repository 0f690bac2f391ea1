import type { ListedPage } from './listed-page.js';
import type { PageOptions } from './parse-blob.js';
import { parsePage } from './parse-page.js';
import { scanPage } from './scan-page.js';

/**
 * A page of a listing from the body of an answer.
 *
 * @param release told when the body is needed no more
 * @throws DamagedPage when it is not all there
 */
export function readPage(
  body: Buffer,
  release: () => void = () => {},
  options: PageOptions = {},
): ListedPage {
  const scanned = scanPage(body, release);
  if (scanned !== undefined) return scanned;
  const parsed = parsePage(body, options);
  release();
  return parsed;
}
