import type { Readable } from 'node:stream';
import type { BlobDocument, Context, LocalRequest, WriteOptions } from '../../azurite/azurite-model.ts';
import type { ExtentStore } from '../../azurite/azurite-stores.ts';
import {
  AccountSasAuthenticator,
  BlobSasAuthenticator,
  BlobStorageContext,
  PageBlobRangesManager,
  PublicAccessAuthenticator,
  TokenAuthenticator,
  contextPath,
  logger,
  operations,
  storageError,
  validateReadConditions,
} from '../../azurite/azurite.ts';
import { toConditions } from '../operations/copy-operations.ts';
import {
  type CopySource,
  type CopySourceReader,
  copySourceError,
  findSourceBlob,
  refuseVersions,
  toCopySourceError,
  toSourceState,
} from './copy-source.ts';

/** Opens a blob of this server without an HTTP request, with the authorisation and checks of one. */
export async function openLocalCopySource(
  reader: CopySourceReader,
  url: URL,
  range: string | undefined,
  options: WriteOptions,
  context: Context,
): Promise<CopySource> {
  const address = toCopySourceAddress(url);
  if (!address) throw copySourceError(context, 404, '');
  refuseVersions(reader, url, context);
  const authorization = options.copySourceAuthorization;
  const authorize = (operation: 'Blob_Download' | 'Blob_GetTags') =>
    authorizeCopySource(reader, url, address, operation, authorization, context);
  const sourceContext = await authorize('Blob_Download');

  // Nothing awaits from here to the end of the function, so the version read is the one whose conditions were
  // checked.
  const blob = findSourceBlob(reader, { ...address, ...toSourceState(url) });
  if (blob?.isCommitted !== true) throw copySourceError(context, 404, '');
  try {
    validateReadConditions(sourceContext, toConditions(options.sourceModifiedAccessConditions), blob, true);
  } catch (error) {
    throw toCopySourceError(error, context);
  }
  if (blob.properties.accessTier === 'Archive')
    throw copySourceError(context, 409, 'This operation is not permitted on an archived blob.');

  const whole = blob.properties.contentLength ?? 0;
  const { start, length } = parseSourceRange(range, whole, context);
  return {
    length,
    headers: blob.properties,
    metadata: blob.metadata,
    async tags() {
      await authorize('Blob_GetTags');
      return blob.blobTags;
    },
    open: () => openBlobVersion(reader.extentStore, blob, start, length, context),
    ...(length === whole && isInOneExtent(blob) ? { extent: blob.persistency } : {}),
  };
}

/** Reads a version of a blob of any type, with zeros for gaps between pages. */
export function openBlobVersion(
  extentStore: ExtentStore,
  blob: BlobDocument,
  start: number,
  length: number,
  context: Context,
): Promise<Readable> {
  return extentStore.readExtents(extentsOf(blob, start, length), start, length, context.contextId);
}

function isInOneExtent(blob: BlobDocument): blob is BlobDocument & { persistency: object } {
  const isWhole = (blob.committedBlocksInOrder ?? []).length === 0 && blob.pageRangesInOrder === undefined;
  return isWhole && blob.persistency !== undefined;
}

/**
 * The extents for reading from byte `start` on, in the form that `readExtents` needs: from the beginning of
 * the blob.
 */
function extentsOf(blob: BlobDocument, start: number, length: number) {
  if (blob.pageRangesInOrder) {
    if (start + length === 0) return [];
    const filled = new PageBlobRangesManager().fillZeroRanges(blob.pageRangesInOrder, {
      start: 0,
      end: start + length - 1,
    });
    return filled.map((part) => part.persistency);
  }
  if ((blob.committedBlocksInOrder ?? []).length > 0)
    return (blob.committedBlocksInOrder ?? []).map((block) => block.persistency);
  return blob.persistency ? [blob.persistency] : [];
}

export type SourceOperation = 'Blob_Download' | 'Blob_GetProperties' | 'Blob_GetTags';

export interface CopySourceAddress {
  readonly account: string;
  readonly container: string;
  readonly blob: string;
}

/** `http://host/account/container/blob`, decoded; undefined when the path is not a blob's. */
export function toCopySourceAddress(url: URL): CopySourceAddress | undefined {
  const [account, container, ...blob] = decodeURIComponent(url.pathname).slice(1).split('/');
  if (!account || !container || blob.join('/') === '') return undefined;
  return { account, container, blob: blob.join('/').replaceAll('\\', '/') };
}

/**
 * Checks that the source may be read, with the code that checks a GET of it: public access, account SAS,
 * service SAS. Without a SAS a private source is refused, even in the destination's own account, as in Azure.
 *
 * `x-ms-copy-source-authorization: Bearer …` is checked as far as Azurite checks bearer tokens: a JWT for the
 * storage audience, of a known issuer, within its lifetime. The signature is not checked and there are no
 * roles, so a local token may read every account. (Azurite accepts bearer tokens over https only; this header
 * is accepted over http.)
 */
export async function authorizeCopySource(
  reader: CopySourceReader,
  url: URL,
  address: CopySourceAddress,
  operation: SourceOperation,
  authorization: string | undefined,
  parent: Context,
): Promise<Context> {
  const context = toSourceContext(url, address, operation, parent);
  const { accounts, metadataStore } = reader;
  try {
    if (!accounts.getAccount(address.account))
      throw copySourceError(parent, 404, 'The specified account does not exist.');
    if (authorization !== undefined) {
      const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
      if (token === undefined)
        throw copySourceError(parent, 403, 'The authorization of the copy source is no bearer token.');
      await new TokenAuthenticator(accounts, 0, logger).authenticateBasic(token, context);
      return context;
    }
    const authenticators = [
      new PublicAccessAuthenticator(metadataStore, logger),
      new AccountSasAuthenticator(accounts, metadataStore, logger),
      new BlobSasAuthenticator(accounts, metadataStore, logger),
    ];
    for (const authenticator of authenticators)
      if ((await authenticator.validate(context.request, context)) === true) return context;
  } catch (error) {
    throw toCopySourceError(error, parent);
  }
  throw copySourceError(parent, 403, 'Server failed to authenticate the request for the copy source.');
}

function toSourceContext(
  url: URL,
  { account, container, blob }: CopySourceAddress,
  operation: SourceOperation,
  parent: Context,
): Context {
  const context = new BlobStorageContext({}, contextPath);
  Object.assign(context.context, { account, container, blob, loose: false });
  context.contextId = parent.contextId;
  context.startTime = parent.startTime;
  context.operation = operations[operation] ?? -1;
  context.request = toGetRequest(url);
  return context;
}

function toGetRequest(url: URL): LocalRequest {
  return {
    getMethod: () => 'GET',
    getUrl: () => url.pathname,
    getEndpoint: () => url.origin,
    getPath: () => url.pathname,
    getHeader: () => undefined,
    getHeaders: () => ({}),
    getRawHeaders: () => [],
    getQuery: (name) => url.searchParams.get(name) ?? undefined,
    getProtocol: () => url.protocol.replace(':', ''),
  };
}

/** `bytes=first-last` or `bytes=first-` for a blob of this length. Beyond its end: 416 `InvalidRange`. */
function parseSourceRange(
  header: string | undefined,
  bytes: number,
  context: Context,
): { start: number; length: number } {
  if (header === undefined) return { start: 0, length: bytes };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header) ?? [];
  const start = Number(first);
  const end = last ? Number(last) : bytes - 1;
  if (first === undefined || end < start)
    throw storageError(context, 400, 'InvalidHeaderValue', 'The source range is not in the correct format.', {
      HeaderName: 'x-ms-source-range',
    });
  if (start >= bytes)
    throw storageError(context, 416, 'InvalidRange', 'The source range is beyond the end of the source.');
  return { start, length: Math.min(end, bytes - 1) - start + 1 };
}
