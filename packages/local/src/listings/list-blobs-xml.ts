import type { BlobDocument, BlobTags } from '../azurite/azurite-model.ts';
import { listedProperties } from '../azurite/azurite.ts';
import { createPropertiesWriter } from './properties-element.ts';
import { XML_DECLARATION, attribute, element, metadataElement, nameElement } from './xml-text.ts';

/** A page of List Blobs, and what its request asked for. */
export interface BlobsPage {
  readonly serviceEndpoint: string;
  readonly containerName: string;
  readonly prefix: string;
  readonly marker: string;
  readonly maxResults: number;
  /** Only in a listing of a hierarchy, which has prefixes too. */
  readonly delimiter?: string | undefined;
  readonly prefixes?: readonly { readonly name: string }[];
  readonly blobs: readonly BlobDocument[];
  readonly withMetadata: boolean;
  readonly withTags: boolean;
  /** Empty after the last page. */
  readonly nextMarker: string;
}

/** The body of an answer to List Blobs. */
export function toListBlobsXml(page: BlobsPage): string {
  const { prefixes = [], blobs, delimiter } = page;
  const blobElement = createBlobWriter(page);
  let listed = '';
  for (const { name } of prefixes) listed += `<BlobPrefix>${nameElement('Name', name)}</BlobPrefix>`;
  for (const blob of blobs) listed += blobElement(blob);
  return (
    `${XML_DECLARATION}<EnumerationResults ServiceEndpoint="${attribute(page.serviceEndpoint)}"` +
    ` ContainerName="${attribute(page.containerName)}">` +
    nameElement('Prefix', page.prefix) +
    nameElement('Marker', page.marker) +
    element('MaxResults', String(page.maxResults)) +
    (delimiter === undefined ? '' : nameElement('Delimiter', delimiter)) +
    (listed === '' ? '<Blobs/>' : `<Blobs>${listed}</Blobs>`) +
    `${nameElement('NextMarker', page.nextMarker)}</EnumerationResults>`
  );
}

function createBlobWriter({
  withMetadata,
  withTags,
}: Pick<BlobsPage, 'withMetadata' | 'withTags'>): (blob: BlobDocument) => string {
  const propertiesElement = createPropertiesWriter<BlobDocument>(listedProperties.type.modelProperties, {
    etag: ({ properties: { etag } }) => unquoted(etag),
    tagCount: ({ blobTags }) => (blobTags?.blobTagSet.length === 0 ? undefined : blobTags?.blobTagSet.length),
    accessTierInferred: ({ properties }) => (properties.accessTierInferred === true ? true : undefined),
  });
  return (blob) => {
    const { name, deleted, snapshot, metadata, blobTags } = blob;
    let written = `<Blob>${nameElement('Name', name)}`;
    if (deleted === true) written += '<Deleted>true</Deleted>';
    if (snapshot !== '') written += element('Snapshot', snapshot);
    written += propertiesElement(blob);
    if (withMetadata && metadata !== undefined) written += metadataElement(metadata);
    if (withTags && blobTags !== undefined) written += tagsElement(blobTags);
    return `${written}</Blob>`;
  };
}

function unquoted(etag: string): string {
  return etag.length > 1 && etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
}

function tagsElement({ blobTagSet }: BlobTags): string {
  let tags = '';
  for (const { key, value } of blobTagSet)
    tags += `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`;
  return tags === '' ? '<Tags><TagSet/></Tags>' : `<Tags><TagSet>${tags}</TagSet></Tags>`;
}

/** A page of Find Blobs by Tags. */
export interface FoundPage {
  readonly serviceEndpoint: string;
  readonly where: string;
  readonly blobs: readonly {
    readonly name: string;
    readonly containerName: string;
    readonly tags?: BlobTags | undefined;
  }[];
  readonly nextMarker: string;
}

/** The body of an answer to Find Blobs by Tags. Its encoded names are inferred from List Blobs. */
export function toFoundBlobsXml({ serviceEndpoint, where, blobs, nextMarker }: FoundPage): string {
  let found = '';
  for (const { name, containerName, tags } of blobs)
    found +=
      `<Blob>${nameElement('Name', name)}${element('ContainerName', containerName)}` +
      `${tags === undefined ? '' : tagsElement(tags)}</Blob>`;
  return (
    `${XML_DECLARATION}<EnumerationResults ServiceEndpoint="${attribute(serviceEndpoint)}">` +
    element('Where', where) +
    (found === '' ? '<Blobs/>' : `<Blobs>${found}</Blobs>`) +
    `${nameElement('NextMarker', nextMarker)}</EnumerationResults>`
  );
}
