import type { ListedPage } from './listed-page.ts';
import type { PageOptions } from './parse-blob.ts';
import { parsePage } from './parse-page.ts';
import { scanPage } from './scan-page.ts';

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
