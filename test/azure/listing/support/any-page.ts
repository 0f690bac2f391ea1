import fc from 'fast-check';
import { type Spelling, USUAL, type WrittenBlob, type WrittenPage } from './written-page.ts';

/** Text as users and services write it, and text meant to break a scanner. */
const nasty = fc.constantFrom(
  '</Blob>',
  '<Name>',
  ']]>',
  '&amp;',
  '&#x3C;',
  '<!-- -->',
  '<![CDATA[',
  ' ',
  '\n',
  '\r',
  '\t',
  '\u0085',
  '\u2028',
  '\uFEFF',
  'é',
  '日本',
  '😀',
  '%2F',
  '"',
  "'",
  '/',
  '.',
  '+',
);
const word = fc.string({ unit: 'grapheme-ascii', maxLength: 8 });
const text = fc.array(fc.oneof(word, nasty), { maxLength: 5 }).map((parts) => parts.join(''));
const notEmpty = text.map((some) => (some === '' ? 'x' : some));
const noXml = fc.constantFrom('\u0001', '\u001f', '\uFFFE', '\uFFFF');
const long = fc.integer({ min: 200, max: 1000 }).map((length) => 'é/&'.repeat(length / 3));

const anyName = fc.oneof(
  { weight: 8, arbitrary: notEmpty },
  { weight: 1, arbitrary: long },
  { weight: 1, arbitrary: fc.tuple(text, noXml, text).map((parts) => parts.join('')) },
);

const anyDate = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toUTCString());

const anyProperties = fc
  .record(
    {
      'Last-Modified': anyDate,
      Etag: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('0x8DC0FFEE', 'a&b', '<a"b>') },
        { weight: 1, arbitrary: notEmpty.filter((etag) => etag !== '""') },
      ),
      ResourceType: fc.constantFrom('file', 'directory', 'Directory'),
      'Content-Length': fc.nat().map(String),
      'Content-Type': text,
      'Content-Encoding': text,
      'Content-Language': text,
      'Content-MD5': fc.uint8Array({ maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      'Cache-Control': text,
      'Content-Disposition': text,
      BlobType: fc.constantFrom('BlockBlob', 'AppendBlob', 'PageBlob'),
      AccessTier: fc.constantFrom('Hot', 'Cool', 'Archive', ''),
      AccessTierInferred: fc.constantFrom('true', 'false'),
      ArchiveStatus: fc.constant('rehydrate-pending-to-hot'),
      CopyStatus: fc.constantFrom('success', 'pending', 'failed', 'aborted', ''),
      TagCount: fc.nat({ max: 10 }).map(String),
      Owner: text,
      Group: text,
      Permissions: fc.constant('rwxr-x---+'),
      Acl: text,
      'New-Property': text,
    },
    { requiredKeys: ['Etag'] },
  )
  .chain((properties) => fc.shuffledSubarray(Object.entries(properties), { minLength: 0 }))
  .map((entries) => new Map(entries))
  .map((properties) => (properties.has('Etag') ? properties : properties.set('Etag', '0x8DC')));

const STAMP_TEXT = 'v=1;account=sourceaccount;etag=0x8DC0FFEE;modified=2026-11-21T21:54:57.000Z';
const anyStamp = fc.oneof(
  fc.constantFrom(STAMP_TEXT, STAMP_TEXT.replace('v=1', 'v=2'), `v=partial;bytes=8;for=${STAMP_TEXT}`),
  text,
);
const ownName = fc.constantFrom(
  'project',
  'Name',
  'Blob',
  'Metadata',
  'Etag',
  'blobmirror2',
  '__proto__',
  '_x',
  'constructor',
);

const anyMetadata = fc
  .tuple(
    fc.uniqueArray(fc.tuple(ownName, text), { selector: ([name]) => name, maxLength: 4 }),
    fc.option(fc.tuple(fc.constantFrom('blobmirror', 'Blobmirror', 'BLOBMIRROR'), anyStamp), {
      nil: undefined,
    }),
    fc.option(
      fc.tuple(fc.constantFrom('hdi_isfolder', 'Hdi_IsFolder'), fc.constantFrom('true', 'True', '', 'no')),
      {
        nil: undefined,
        freq: 2,
      },
    ),
  )
  .map(([own, stamp, folder]) => [...own, stamp, folder].filter((each) => each !== undefined))
  .chain((entries) => fc.shuffledSubarray(entries, { minLength: entries.length }))
  .map((entries) => new Map(entries));

const anyTags = fc
  .uniqueArray(fc.tuple(notEmpty, text), { selector: ([key]) => key, maxLength: 3 })
  .map((entries) => new Map(entries));

const anyBlob: fc.Arbitrary<WrittenBlob> = fc.record({
  name: anyName,
  properties: anyProperties,
  metadata: anyMetadata,
  tags: anyTags,
});

/** Blobs with the same names of properties and metadata, as most listings have. */
const similarBlobs = fc.tuple(anyBlob, fc.array(anyBlob, { maxLength: 5 })).map(([model, others]) => [
  model,
  ...others.map((other) => ({
    ...other,
    properties: shaped(model.properties, other.properties),
    metadata: shaped(model.metadata, other.metadata),
  })),
]);

function shaped(
  model: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map([...model].map(([name, value]) => [name, other.get(name) ?? value]));
}

export const anyPage: fc.Arbitrary<WrittenPage> = fc.record({
  blobs: fc.oneof(fc.array(anyBlob, { maxLength: 5 }), similarBlobs),
  nextMarker: text,
});

export const anySpelling: fc.Arbitrary<Spelling> = fc.record({
  empty: fc.constantFrom('spaced', 'short', 'paired'),
  escape: fc.constantFrom('named', 'hexadecimal', 'decimal'),
  prolog: fc.constantFrom(
    USUAL.prolog,
    `\uFEFF${USUAL.prolog}`,
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    `${USUAL.prolog}\n`,
  ),
});
