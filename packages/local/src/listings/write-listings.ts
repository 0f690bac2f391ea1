import type { BlobDocument, BlobTags, Metadata } from '../azurite/azurite-model.ts';
import { containerProperties, listedProperties } from '../azurite/azurite.ts';
import { XML_DECLARATION, attribute, element, metadataElement, nameElement, rfc1123 } from './xml-text.ts';

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
  /** Whether versions' policies and legal holds are listed. Default: false. */
  readonly withPolicies?: boolean;
  readonly withHolds?: boolean;
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
  withPolicies = false,
  withHolds = false,
}: Omit<BlobsPage, 'blobs'>): (blob: BlobDocument) => string {
  const propertiesElement = createPropertiesWriter<BlobDocument>(listedProperties.type.modelProperties, {
    etag: ({ properties: { etag } }) => unquoted(etag),
    tagCount: ({ blobTags }) => (blobTags?.blobTagSet.length === 0 ? undefined : blobTags?.blobTagSet.length),
    accessTierInferred: ({ properties }) => (properties.accessTierInferred === true ? true : undefined),
  });
  return (blob) => {
    const { name, deleted, snapshot, version, former, metadata, blobTags } = blob;
    let written = `<Blob>${nameElement('Name', name)}`;
    if (snapshot !== '') written += element('Snapshot', snapshot);
    if (version !== undefined) written += element('VersionId', version);
    if (version !== undefined && former === undefined) written += '<IsCurrentVersion>true</IsCurrentVersion>';
    if (blob.deletionId !== undefined) written += element('DeletionId', blob.deletionId);
    if (deleted === true) written += '<Deleted>true</Deleted>';
    if (blob.hasVersionsOnly === true) written += '<HasVersionsOnly>true</HasVersionsOnly>';
    if (withPolicies && blob.policy !== undefined) {
      blob.properties.immutabilityPolicyExpiresOn = new Date(blob.policy.until);
      blob.properties.immutabilityPolicyMode = blob.policy.mode;
    }
    if (withHolds && blob.isHeld === true) blob.properties.legalHold = true;
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

/** A page of List Containers. */
export interface ContainersPage {
  readonly serviceEndpoint: string;
  readonly prefix: string;
  readonly maxResults: number;
  readonly containerItems: readonly {
    readonly name: string;
    readonly properties: object;
    /** When the request asked for it. */
    readonly metadata?: Metadata | undefined;
    /** Of a deleted one. */
    readonly version?: string;
  }[];
  /** Empty after the last page. */
  readonly nextMarker: string;
}

/** The body of an answer to List Containers. */
export function toListContainersXml(page: ContainersPage): string {
  const propertiesElement = createPropertiesWriter(containerProperties.type.modelProperties);
  let containers = '';
  for (const container of page.containerItems) {
    const { name, metadata, version } = container;
    containers += `<Container>${element('Name', name)}`;
    if (version !== undefined) containers += `<Deleted>true</Deleted>${element('Version', version)}`;
    containers += propertiesElement(container);
    containers += `${metadata === undefined ? '' : metadataElement(metadata)}</Container>`;
  }
  return (
    `${XML_DECLARATION}<EnumerationResults ServiceEndpoint="${attribute(page.serviceEndpoint)}">` +
    element('Prefix', page.prefix) +
    element('MaxResults', String(page.maxResults)) +
    (containers === '' ? '<Containers/>' : `<Containers>${containers}</Containers>`) +
    `${element('NextMarker', page.nextMarker)}</EnumerationResults>`
  );
}

/** What Azurite knows of a listed property. */
interface PropertyMapper {
  readonly xmlName?: string;
  readonly type?: { readonly name: string };
}

/** The element of a value that is not undefined. */
type Column = readonly [key: string, write: (value: unknown) => string];

/**
 * Makes a function that writes the element `Properties` of a listed blob or container, with the elements and
 * in the order of Azurite's table of listed properties. Made for each page, so that it follows changes of the
 * table, and since it remembers the values of the entry before.
 *
 * @param computed the values that are not as they are stored, by their keys in the table
 */
function createPropertiesWriter<Entry extends { readonly properties: object }>(
  table: Readonly<Record<string, object>>,
  computed: Readonly<Record<string, (entry: Entry) => unknown>> = {},
): (entry: Entry) => string {
  const columns = Object.entries(table).map(
    ([key, mapper]) => [...createColumn(key, mapper), computed[key]] as const,
  );
  return (entry) => {
    const properties = entry.properties as Readonly<Record<string, unknown>>;
    let elements = '';
    for (const [key, write, compute] of columns) {
      const value = compute === undefined ? properties[key] : compute(entry);
      if (value !== undefined && value !== null) elements += write(value);
    }
    return `<Properties>${elements}</Properties>`;
  };
}

function createColumn(key: string, { xmlName = key, type }: PropertyMapper): Column {
  if (type?.name === 'DateTimeRfc1123')
    return [key, (value) => `<${xmlName}>${dateText(value)}</${xmlName}>`];
  if (type?.name === 'ByteArray') return [key, (value) => element(xmlName, base64(value))];
  let last: unknown;
  let written = '';
  return [
    key,
    (value) => {
      // The blobs of a page mostly have the same types, tiers and states.
      if (value !== last) {
        written = element(xmlName, String(value));
        last = value;
      }
      return written;
    },
  ];
}

function dateText(value: unknown): string {
  return rfc1123(value instanceof Date ? value : new Date(String(value)));
}

function base64(value: unknown): string {
  if (!(value instanceof Uint8Array)) return '';
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}
