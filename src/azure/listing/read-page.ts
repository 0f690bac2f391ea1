import type { ListedPage } from './listed-page.js';
import { parsePage } from './parse-page.js';
import { scanPage } from './scan-page.js';

/** A page of a listing from the body of an answer. @throws DamagedPage when it is not all there */
export function readPage(body: Buffer): ListedPage {
  return scanPage(body) ?? parsePage(body);
}
