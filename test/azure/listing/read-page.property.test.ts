import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedPage } from '../../../src/azure/errors/damaged-page.ts';
import { parsePage } from '../../../src/azure/listing/parse-page.ts';
import { readPage } from '../../../src/azure/listing/list-pages.ts';
import { scanPage } from '../../../src/azure/listing/scan-page.ts';
import { splitStamp } from '../../../src/model/stamp.ts';
import { budget } from '../../support/budgets.ts';
import { anyPage, anySpelling } from './support/any-page.ts';
import { anyMutations, anyPlace, mutate } from './support/mutate.ts';
import { plain } from './support/plain.ts';
import { isUnwritable, type WrittenBlob, writePage } from './support/written-page.ts';

describe('a page of a listing', () => {
  it('is read unchanged, by the scanner and by the parser', () => {
    fc.assert(
      fc.property(anyPage, anySpelling, (written, spelling) => {
        const page = writePage(written, spelling);
        const parsed = parsePage(page);
        expect(parsed.nextMarker ?? '').toBe(written.nextMarker);
        expect(parsed.entries).toHaveLength(written.blobs.length);
        for (const [i, { name, properties, metadata, tags }] of written.blobs.entries()) {
          const entry = parsed.entries[i];
          const details = entry?.details();
          const settled = ['success', undefined].includes(properties.get('CopyStatus'));
          const all = Object.fromEntries(metadata);
          expect(entry).toMatchObject({ name, stamp: settled ? splitStamp(all).stamp : undefined });
          expect(entry?.etag).toBe(properties.get('Etag')?.replace(/^"(.*)"$/, '$1'));
          expect(details?.metadata).toEqual(all);
          expect(details?.tags).toEqual(Object.fromEntries(tags));
          expect(details?.properties.contentType).toBe(properties.get('Content-Type'));
        }
        const scanned = scanPage(page);
        expect(scanned === undefined).toBe(written.blobs.some(isForParser));
        expect(plain(scanned ?? parsed)).toEqual(plain(parsed));
      }),
      { numRuns: 300 },
    );
  });

  it('that was damaged is read as the parser reads it, or left to the parser', () => {
    let scanned = 0;
    fc.assert(
      fc.property(anyPage, anySpelling, anyMutations, (written, spelling, mutations) => {
        const page = mutate(writePage(written, spelling), mutations);
        const found = scanPage(page);
        if (found === undefined) return;
        scanned++;
        expect(plain(found)).toEqual(plain(parsePage(page)));
      }),
      { numRuns: budget(5000, 1000) },
    );
    expect(scanned).toBeGreaterThan(budget(100, 20));
  });

  it('that is truncated anywhere is an error and never a shorter page', () => {
    fc.assert(
      fc.property(anyPage, anySpelling, anyPlace, (written, spelling, part) => {
        const page = writePage(written, spelling);
        const cut = page.subarray(0, Math.floor(part * (page.length - 1)));
        expect(() => readPage(cut)).toThrow(DamagedPage);
      }),
      { numRuns: 300 },
    );
  });
});

/**
 * Names that are encoded, and ETags that begin with a quote or with a character that has to be escaped: no
 * listing has these.
 */
function isForParser({ name, properties }: WrittenBlob): boolean {
  return isUnwritable(name) || /^["&<>'\r]/.test(properties.get('Etag') ?? '');
}
