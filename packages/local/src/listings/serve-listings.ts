import type { AzuriteResponse, Context } from '../azurite/azurite-model.ts';
import type { Handler } from '../azurite/azurite-stores.ts';
import { API_VERSION, ContainerHandler, ServiceHandler, replaceHandlerMethod } from '../azurite/azurite.ts';
import {
  type ContainersPage,
  type FoundPage,
  toFoundBlobsXml,
  toListBlobsXml,
  toListContainersXml,
} from './write-listings.ts';
import { isXmlText } from './xml-text.ts';

const maxPage = 5000;

/** The optional parameters of a listing, as Azurite deserializes them. */
interface ListOptions {
  readonly prefix?: string;
  readonly marker?: string;
  readonly maxresults?: number;
  readonly include?: readonly string[];
  readonly requestId?: string;
}

/**
 * Writes the answers to List Blobs, List Containers and Find Blobs by Tags here. Azurite copies each document, makes a second
 * object of it and builds a tree of that, which takes most of the time of a listing; and it cannot list names
 * that XML cannot hold, or all names of metadata. Applies to every server of the process.
 */
export function serveListings(): void {
  replaceHandlerMethod(
    ContainerHandler,
    'listBlobFlatSegment',
    () =>
      async function listFlat(this: Handler, options: ListOptions, context: Context) {
        return await listBlobs(this, undefined, options, context);
      },
  );
  replaceHandlerMethod(
    ContainerHandler,
    'listBlobHierarchySegment',
    () =>
      async function listHierarchy(this: Handler, delimiter: string, options: ListOptions, context: Context) {
        return await listBlobs(this, delimiter, options, context);
      },
  );
  replaceHandlerMethod(ServiceHandler, 'listContainersSegment', (original) => {
    const list = original as (...parameters: unknown[]) => Promise<ContainersPage & AzuriteResponse>;
    return async function listContainers(this: Handler, options: ListOptions, context: Context) {
      const page = await list.call(this, options, context);
      return { ...page, xml: toListContainersXml(page) };
    };
  });
  for (const handler of [ServiceHandler, ContainerHandler])
    replaceHandlerMethod(handler, 'filterBlobs', (original) => {
      const find = original as (...parameters: unknown[]) => Promise<FoundPage & AzuriteResponse>;
      return async function findBlobs(
        this: Handler,
        { marker = '', ...options }: ListOptions,
        context: Context,
      ) {
        const page = await find.call(this, { ...options, marker: toName(marker) }, context);
        return { ...page, xml: toFoundBlobsXml({ ...page, nextMarker: toMarker(page.nextMarker) }) };
      };
    });
}

async function listBlobs(
  { metadataStore }: Handler,
  delimiter: string | undefined,
  options: ListOptions,
  context: Context,
): Promise<AzuriteResponse> {
  const { request, contextId, startTime } = context;
  const { account, container } = context.context;
  const { prefix = '', marker = '', maxresults = maxPage, requestId } = options;
  const include = new Set(options.include?.map((each) => each.toLowerCase()));
  const maxResults = Math.min(maxresults, maxPage);
  await metadataStore.checkContainerExist(context, account, container);
  const [blobs, prefixes, nextMarker] = await metadataStore.listBlobs(
    context,
    account,
    container,
    delimiter === '' ? undefined : delimiter,
    undefined,
    prefix,
    maxResults,
    toName(marker),
    include.has('snapshots'),
    include.has('uncommittedblobs'),
    request.getQuery('startFrom'),
    {
      versions: include.has('versions'),
      deleted: include.has('deleted'),
      deletedWithVersions: include.has('deletedwithversions'),
    },
  );
  const xml = toListBlobsXml({
    serviceEndpoint: `${request.getEndpoint()}/${account}`,
    containerName: container,
    prefix,
    marker,
    maxResults,
    ...(delimiter !== undefined && { delimiter, prefixes }),
    blobs,
    withMetadata: include.has('metadata'),
    withTags: include.has('tags'),
    withPolicies: include.has('immutabilitypolicy'),
    withHolds: include.has('legalhold'),
    nextMarker: toMarker(nextMarker || ''),
  });
  return {
    statusCode: 200,
    contentType: 'application/xml',
    requestId: contextId,
    version: API_VERSION,
    date: startTime,
    clientRequestId: requestId,
    xml,
  };
}

// A code point that is no character, and that XML can hold.
const encoded = '\uFDD0';

/** A marker is the last name of its page. A name that XML cannot hold is encoded. */
function toMarker(name: string): string {
  return isXmlText(name) && !name.startsWith(encoded) ? name : `${encoded}${encodeURIComponent(name)}`;
}

function toName(marker: string): string {
  if (!marker.startsWith(encoded)) return marker;
  try {
    return decodeURIComponent(marker.slice(encoded.length));
  } catch {
    return marker;
  }
}
