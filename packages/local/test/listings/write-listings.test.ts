import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { BlobDocument, BlobProperties } from '../../src/azurite/azurite-model.ts';
import { listPathProperties } from '../../src/data-lake/blob-view.ts';
import {
  type BlobsPage,
  toFoundBlobsXml,
  toListBlobsXml,
  toListContainersXml,
} from '../../src/listings/write-listings.ts';
import { blobDocument } from '../support/blob-document.ts';
import { serialized } from '../support/recorded-response.ts';

listPathProperties();

// Azurite fails on what XML cannot hold.
const text = fc
  .string({ unit: 'grapheme' })
  .map((value) => value.replace(/[\uFFFE\uFFFF]|(?![\t\n\r\x7f-\x9f])\p{Cc}/gu, '&<>"\'\r\n\t'));
const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });

const properties: fc.Arbitrary<BlobProperties> = fc
  .record({
    creationTime: date,
    lastModified: date,
    etag: fc.constantFrom('"0x8DC5A1B2C3D4E5F"', '0x1', '"', '""', ''),
    contentLength: fc.nat(),
    contentType: optional(text),
    contentEncoding: optional(text),
    contentLanguage: optional(text),
    contentMD5: optional(fc.uint8Array({ minLength: 16, maxLength: 16 })),
    contentDisposition: optional(text),
    cacheControl: optional(text),
    blobSequenceNumber: optional(fc.nat()),
    blobType: fc.constantFrom('BlockBlob', 'PageBlob', 'AppendBlob'),
    leaseStatus: fc.constantFrom('locked', 'unlocked'),
    leaseState: fc.constantFrom('available', 'leased', 'expired', 'breaking', 'broken'),
    leaseDuration: optional(fc.constantFrom('infinite', 'fixed')),
    copyId: optional(text),
    copyStatus: optional(fc.constantFrom('pending', 'success', 'aborted', 'failed')),
    copySource: optional(fc.webUrl({ withQueryParameters: true })),
    copyProgress: optional(fc.constant('5/5')),
    copyCompletionTime: optional(date),
    copyStatusDescription: optional(text),
    serverEncrypted: fc.boolean(),
    incrementalCopy: optional(fc.boolean()),
    accessTier: optional(fc.constantFrom('Hot', 'Cool', 'Cold', 'Archive')),
    accessTierInferred: optional(fc.boolean()),
    accessTierChangeTime: optional(date),
    archiveStatus: optional(text),
    isSealed: optional(fc.boolean()),
    resourceType: optional(fc.constantFrom('file' as const, 'directory' as const)),
    owner: optional(text),
    group: optional(text),
    permissions: optional(fc.constant('rwxr-x---')),
    acl: optional(fc.constant('user::rwx,group::r-x')),
  })
  .map((record) => record as BlobProperties);

/** Azurite loses `_`, and names that objects or its own documents have. */
const metadataName = fc
  .stringMatching(/^[A-Za-z_][A-Za-z_0-9]*$/)
  .filter((name) => !/^_|^encrypted$/.test(name));

const documents: fc.Arbitrary<BlobDocument> = fc
  .record({
    name: text,
    snapshot: fc.constantFrom('', '', '2026-11-29T10:00:00.0000000Z'),
    deleted: optional(fc.boolean()),
    properties,
    metadata: optional(fc.dictionary(metadataName, text, { maxKeys: 4, noNullPrototype: true })),
    blobTags: optional(
      fc.record({ blobTagSet: fc.array(fc.record({ key: text, value: text }), { maxLength: 3 }) }),
    ),
  })
  .map(({ deleted, ...record }) => ({
    ...blobDocument(record.name),
    ...record,
    // Azure documents the snapshot before the mark of a deleted blob, and Azurite writes it behind.
    ...(deleted !== undefined && record.snapshot === '' && { deleted }),
  }));

const pages: fc.Arbitrary<BlobsPage> = fc
  .record({
    serviceEndpoint: text,
    containerName: text,
    prefix: text,
    marker: text,
    maxResults: fc.integer({ min: 1, max: 5000 }),
    delimiter: optional(text),
    prefixes: fc.array(fc.record({ name: text }), { maxLength: 3 }),
    blobs: fc.array(documents, { maxLength: 4 }),
    withMetadata: fc.boolean(),
    withTags: fc.boolean(),
    nextMarker: text,
  })
  .map(({ prefixes, ...page }) => ({ ...page, ...(page.delimiter !== undefined && { prefixes }) }));

/** The answer of Azurite's handler, which its serializer writes. */
function azuriteAnswer({ prefixes, blobs, withMetadata, withTags, ...page }: BlobsPage) {
  const blobItems = blobs.map((blob) => ({
    ...blob,
    deleted: blob.deleted === true ? true : undefined,
    snapshot: blob.snapshot || undefined,
    blobTags: withTags ? blob.blobTags : undefined,
    metadata: withMetadata ? blob.metadata : undefined,
    properties: {
      ...blob.properties,
      etag: /^".*"$/.test(blob.properties.etag) ? blob.properties.etag.slice(1, -1) : blob.properties.etag,
      tagCount: blob.blobTags?.blobTagSet.length || undefined,
      accessTierInferred: blob.properties.accessTierInferred === true ? true : undefined,
    },
  }));
  return { statusCode: 200, ...page, segment: { blobPrefixes: prefixes, blobItems } };
}

describe('the body of List Blobs', () => {
  it('is what Azurite writes, where Azurite can write it', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (page) => {
        const operation = `Container_ListBlob${page.delimiter === undefined ? 'Flat' : 'Hierarchy'}Segment`;
        const { body } = await serialized(operation, azuriteAnswer(page));
        expect(toListBlobsXml(page)).toBe(body);
      }),
      { numRuns: 200 },
    );
  });

  const page: BlobsPage = {
    serviceEndpoint: 'http://127.0.0.1/a',
    containerName: 'docs',
    prefix: '',
    marker: '',
    maxResults: 10,
    blobs: [],
    withMetadata: true,
    withTags: false,
    nextMarker: '',
  };

  it('has names that XML cannot hold percent-encoded, and says so', () => {
    const body = toListBlobsXml({
      ...page,
      delimiter: '/',
      prefixes: [{ name: 'a\uFFFF/' }],
      blobs: ['a&b', 'é/\uFFFE', '\u{1F600}'].map(blobDocument),
    });
    expect(body).toContain('<BlobPrefix><Name Encoded="true">a%EF%BF%BF%2F</Name></BlobPrefix>');
    expect(body).toContain('<Name>a&amp;b</Name>');
    expect(body).toContain('<Name Encoded="true">%C3%A9%2F%EF%BF%BE</Name>');
    expect(body).toContain('<Name>\u{1F600}</Name>');
  });

  it('has every name of metadata', () => {
    const metadata = Object.fromEntries(
      ['_', 'encrypted', '__proto__', 'toString', 'has space'].map((name) => [name, 'v\0']),
    );
    const body = toListBlobsXml({ ...page, blobs: [{ ...blobDocument('a'), metadata }] });
    expect(/<Metadata>(.*)<\/Metadata>/.exec(body)?.[1]).toBe(
      '<_>v\uFFFD</_><encrypted>v\uFFFD</encrypted><__proto__>v\uFFFD</__proto__><toString>v\uFFFD</toString>' +
        '<x-ms-invalid-name>has space</x-ms-invalid-name>',
    );
  });
});

it('the body of Find Blobs by Tags is what Azurite writes', async () => {
  const tags = optional(
    fc.record({ blobTagSet: fc.array(fc.record({ key: text, value: text }), { maxLength: 2 }) }),
  );
  const found = fc.array(fc.record({ name: text, containerName: text, tags }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ serviceEndpoint: text, where: text, blobs: found, nextMarker: text }),
      async (page) => {
        const { body } = await serialized('Service_FilterBlobs', { statusCode: 200, ...page });
        expect(toFoundBlobsXml(page)).toBe(body);
      },
    ),
  );
});

it('the body of List Containers is what Azurite writes', async () => {
  const container = fc.record({
    name: text,
    properties: fc.record({
      lastModified: date,
      etag: fc.constant('"0x1"'),
      leaseStatus: fc.constant('unlocked'),
      leaseState: fc.constant('available'),
      publicAccess: optional(fc.constantFrom('blob', 'container')),
      hasLegalHold: fc.boolean(),
    }),
    metadata: optional(fc.dictionary(metadataName, text, { maxKeys: 3, noNullPrototype: true })),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        serviceEndpoint: text,
        prefix: text,
        maxResults: fc.nat(),
        containerItems: fc.array(container, { maxLength: 3 }),
        nextMarker: text,
      }),
      async (page) => {
        const { body } = await serialized('Service_ListContainersSegment', { statusCode: 200, ...page });
        expect(toListContainersXml(page)).toBe(body);
      },
    ),
  );
});
