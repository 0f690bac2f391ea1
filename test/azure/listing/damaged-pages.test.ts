import { describe, expect, it } from 'vitest';
import { DamagedPage } from '../../../src/azure/errors/damaged-page.ts';
import { parsePage } from '../../../src/azure/listing/parse-page.ts';
import { scanPage } from '../../../src/azure/listing/scan-page.ts';
import { plain } from './support/plain.ts';
import { writePage } from './support/written-page.ts';

const PAGE = writePage({
  blobs: [
    {
      name: 'name-1',
      properties: new Map([
        ['Etag', '0x1'],
        ['Content-Length', '5'],
        ['BlobType', 'BlockBlob'],
      ]),
      metadata: new Map([['user', 'text']]),
      tags: new Map([['tag', 'value']]),
    },
  ],
  nextMarker: '',
}).toString('latin1');

/** Bytes in latin1. */
function withBytes(text: string, bytes: string): Buffer {
  expect(PAGE).toContain(text);
  return Buffer.from(PAGE.replace(text, bytes), 'latin1');
}

describe('a page that could be read in two ways', () => {
  it('is read as it is where it is whole', () => {
    const page = Buffer.from(PAGE);
    const parsed = plain(parsePage(page));
    expect(parsed.entries).toMatchObject([{ name: 'name-1', bytes: 5, isBlockBlob: true }]);
    expect(plain(scanPage(page) ?? parsePage(Buffer.of()))).toEqual(parsed);
  });

  it.each([
    ['has two names', '<Name>', '<Name>other</Name><Name>'],
    ['has two ETags', '<Etag>', '<Etag>0x2</Etag><Etag>'],
    ['has two kinds', '<BlobType>', '<BlobType>PageBlob</BlobType><BlobType>'],
    ['has its metadata twice', '<Metadata>', '<Metadata><user>other</user></Metadata><Metadata>'],
    ['has its properties twice', '<Properties>', '<Properties></Properties><Properties>'],
    ['has the blobs twice', '<NextMarker', '<Blobs></Blobs><NextMarker'],
    ['has the next marker twice', '<NextMarker', '<NextMarker>m</NextMarker><NextMarker'],
    ['has an element in a name', 'name-1', 'name<b></b>-1'],
    ['has an element in an ETag', '0x1', '<b>0x1</b>'],
    ['has an element in metadata', '>text<', '>te<b>xt</b><'],
    ['has text beside elements', '<Properties>', '<Properties>text'],
    ['has bytes that are not UTF-8', 'name-1', 'name\xff1'],
    ['has a character that is cut off', 'name-1', 'name\xc3'],
    ['has a surrogate', 'name-1', 'name\xed\xa0\x80'],
    ['has U+FFFE', 'name-1', 'name\xef\xbf\xbe'],
    ['has U+FFFF', 'name-1', 'name\xef\xbf\xbf'],
    ['has a control character', 'name-1', 'name\x01'],
    ['has a reference to what is no character', 'name-1', 'name&#xFFFF;'],
    ['has a reference to a surrogate', 'name-1', 'name&#xD800;'],
    ['has a reference beyond all characters', 'name-1', 'name&#x110000;'],
    ['has a reference that nothing declares', 'name-1', 'name&nbsp;'],
    ['ends an element by another name', '</Name>', '</Nome>'],
    ['goes on after its end', '</EnumerationResults>', '</EnumerationResults>text'],
    ['holds no list of blobs', /<Blobs>.*<\/Blobs>/s.exec(PAGE)?.[0] ?? '', ''],
  ])('is an error where it %s', (_, text, bytes) => {
    const page = withBytes(text, bytes);
    expect(() => parsePage(page)).toThrow(DamagedPage);
    expect(scanPage(page)).toBeUndefined();
  });

  it('has the line ends of XML, so a name with a bare carriage return is left to the parser', () => {
    const page = withBytes('name-1', 'name\r1');
    expect(parsePage(page).entries.map(({ name }) => name)).toEqual(['name\n1']);
    expect(scanPage(page)).toBeUndefined();
  });

  it('has kinds that are written with references', () => {
    const page = withBytes('BlockBlob', '&#66;lockBlob');
    expect(plain(scanPage(page) ?? parsePage(page))).toEqual(plain(parsePage(page)));
    expect(parsePage(page).entries[0]?.isBlockBlob).toBe(true);
  });
});

describe('the bytes of a page', () => {
  it('are released once, however often that is asked for: another page may have them by then', () => {
    let released = 0;
    const page = scanPage(Buffer.from(PAGE), () => released++);
    for (let i = 0; i < 3; i++) page?.release();
    expect(released).toBe(1);
  });
});
