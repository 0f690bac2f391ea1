import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryShapes } from '../../../src/azure/listing/entry-shapes.ts';
import { scanBlob } from '../../../src/azure/listing/scan-blob.ts';
import { XmlCursor } from '../../../src/azure/listing/xml-cursor.ts';
import { budget } from '../../support/budgets.ts';
import { anyPage, anySpelling } from './support/any-page.ts';
import { anyMutations, mutate } from './support/mutate.ts';
import { writePage } from './support/written-page.ts';

describe('entries that are written like others of their page', () => {
  it('have the same offsets and end as when their elements are scanned one by one', () => {
    let known = 0;
    fc.assert(
      fc.property(
        anyPage,
        anySpelling,
        fc.oneof(fc.constant([]), anyMutations),
        (written, spelling, mutations) => {
          const page = mutate(writePage(written, spelling), mutations);
          const shapes = new EntryShapes();
          const cursor = new XmlCursor(page, false);
          for (const start of startsOf(page)) {
            cursor.at = start;
            const found = shapes.scan(cursor);
            const places = found && { ...found };
            const end = cursor.at;
            cursor.at = start;
            const expected = scanBlob(cursor);
            expect(places).toEqual(expected);
            if (expected === undefined) continue;
            known++;
            expect(end).toBe(cursor.at);
          }
        },
      ),
      { numRuns: budget(2000, 500) },
    );
    expect(known).toBeGreaterThan(budget(2000, 500));
  });

  const USUAL =
    '<Name>a</Name><Properties><Etag>0x1</Etag><BlobType>BlockBlob</BlobType></Properties></Blob>';

  it.each([
    ['without a name', USUAL.replace('>a<', '><'), undefined],
    ['without an ETag', USUAL.replace('>0x1<', '><'), undefined],
    ['with quotes around its ETag', USUAL.replace('0x1', '"0x1"'), undefined],
    ['of another type', USUAL.replace('BlockBlob', 'PageBlob!'), false],
    ['of the same type', USUAL.replace('>a<', '>another<'), true],
  ])('do not let one pass %s', (_, other, isBlockBlob) => {
    const page = Buffer.from(USUAL + other);
    const [shapes, cursor] = [new EntryShapes(), new XmlCursor(page, true)];
    expect(shapes.scan(cursor)).toMatchObject({ isBlockBlob: true });
    expect(shapes.scan(cursor)?.isBlockBlob).toBe(isBlockBlob);
  });

  it('have no access whose last part has no text, since its end would be unknown', () => {
    const access = '<Owner></Owner><Group>g</Group><Permissions>p</Permissions><Acl>a</Acl>';
    const page = Buffer.from(USUAL.replace('</Properties>', `${access}</Properties>`).repeat(2));
    const [shapes, cursor] = [new EntryShapes(), new XmlCursor(page, true)];
    for (const _ of [1, 2]) expect(shapes.scan(cursor)).toMatchObject({ accessStart: -1, accessEnd: -1 });
  });
});

function startsOf(page: Buffer): readonly number[] {
  return [...page.toString('latin1').matchAll(/<Blob>/g)].map(({ index }) => index + '<Blob>'.length);
}
