import {
  AccountSasAuthenticator,
  BlobSasAuthenticator,
  BlobStorageContext,
  PublicAccessAuthenticator,
  TokenAuthenticator,
  contextPath,
  logger,
  operations,
} from './azurite.ts';
import type { Context, LocalRequest } from './azurite-model.ts';
import { copySourceError, toCopySourceError } from './copy-source-error.ts';
import type { CopySourceReader } from './copy-source.ts';

export type SourceOperation = 'Blob_Download' | 'Blob_GetProperties' | 'Blob_GetTags';

export interface CopySourceAddress {
  readonly account: string;
  readonly container: string;
  readonly blob: string;
}

/** `http://host/account/container/blob`, decoded; undefined when the path names no blob. */
export function toCopySourceAddress(url: URL): CopySourceAddress | undefined {
  const [account, container, ...blob] = decodeURIComponent(url.pathname).slice(1).split('/');
  if (!account || !container || blob.join('/') === '') return undefined;
  return { account, container, blob: blob.join('/').replaceAll('\\', '/') };
}

/**
 * Checks that the source may be read, by the very code that would check a GET of it: public access, account SAS,
 * service SAS. Without a SAS a private source is refused, also one in the destination's own account, as Azure does.
 *
 * `x-ms-copy-source-authorization: Bearer …` is checked as far as Azurite checks bearer tokens: a JWT for the storage
 * audience, of a known issuer, within its lifetime. The signature is not checked and there are no roles, so a local
 * token may read every account. (Azurite itself takes tokens over https only; a header is taken over http here.)
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
