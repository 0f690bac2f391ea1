import {
  BlobHandler,
  ContainerHandler,
  commonUtils,
  parseTagQuery,
  replaceHandlerMethod,
  tagQueries,
  validMetadataOf,
} from '../azurite/azurite.ts';
import type { AzuriteResponse, Context, Metadata, WriteOptions } from '../azurite/azurite-model.ts';

const prefix = 'x-ms-meta-';

/**
 * Makes metadata and tags accept every name that Azure allows; for metadata, every C# identifier. Azurite
 * keeps them in plain objects: `hasOwnProperty` turned each answer with that metadata into a 500, `__proto__`
 * was lost and `toString` got a value that no client wrote. Listings write them in listings/xml-text.ts. Applies
 * to every server of the process.
 */
export function keepMetadataNames(): void {
  commonUtils.convertRawHeadersToMetadata = metadataOf;
  sendMetadataAsGiven();
  snapshotWithMetadata();
  compareTagsAsGiven();
}

/**
 * The metadata in a request's headers, with the case of its names; undefined when there is none.
 *
 * @throws AzuriteError 400 `InvalidMetadata` for a name that is not a C# identifier
 */
export function metadataOf(rawHeaders: string[] = [], requestId = ''): Metadata | undefined {
  let metadata: Map<string, string> | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? '';
    if (header.length <= prefix.length || header.slice(0, prefix.length).toLowerCase() !== prefix) continue;
    const value = rawHeaders[index + 1] ?? '';
    validMetadataOf([header, value], requestId);
    const name = header.slice(prefix.length);
    metadata ??= new Map();
    const before = metadata.get(name);
    metadata.set(name, before === undefined ? value : `${before},${value}`);
  }
  return metadata && Object.fromEntries(metadata);
}

/** Sets the metadata headers here, since the serialiser calls `hasOwnProperty` on the metadata itself. */
function sendMetadataAsGiven(): void {
  for (const [handler, method] of [
    [BlobHandler, 'getProperties'],
    [BlobHandler, 'download'],
    [ContainerHandler, 'getProperties'],
  ] as const)
    replaceHandlerMethod(handler, method, (original) => {
      const answer = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
      return async function withMetadata(this: unknown, options: WriteOptions, context: Context) {
        const response = await answer.call(this, options, context);
        for (const [name, value] of Object.entries(response['metadata'] ?? {}))
          context.response?.setHeader(`${prefix}${name}`, String(value));
        // Every answer is a new object.
        response['metadata'] = undefined;
        return response;
      };
    });
}

/** Azurite looks for metadata in the deserialised headers, which lack some names. */
function snapshotWithMetadata(): void {
  replaceHandlerMethod(BlobHandler, 'createSnapshot', (original) => {
    const createSnapshot = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
    return async function withMetadata(this: unknown, options: WriteOptions, context: Context) {
      const metadata = metadataOf(context.request.getRawHeaders(), context.contextId);
      return createSnapshot.call(this, { ...options, metadata }, context);
    };
  });
}

/**
 * Conditions on tags, and Find Blobs by Tags. Azurite's check for duplicate tags fails on names of object
 * members; so the search is parsed as a condition, which skips that check.
 */
function compareTagsAsGiven(): void {
  const original = tagQueries.generateQueryBlobWithTagsWhereFunction;
  tagQueries.generateQueryBlobWithTagsWhereFunction = (context, query, conditionHeader) => {
    if (query === undefined) return () => [];
    let header = conditionHeader;
    try {
      original(context, query, conditionHeader);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      header ??= 'where';
    }
    const tree = parseTagQuery(context, query, header);
    return ({ tags, containerName }) => {
      const own = (tags?.blobTagSet ?? []).map(({ key, value }) => [key, value] as const);
      const values: object = Object.fromEntries([...own, ['@container', containerName]]);
      // An object without inherited members.
      Object.setPrototypeOf(values, null);
      return tree.evaluate(values);
    };
  };
}
