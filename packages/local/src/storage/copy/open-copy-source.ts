import { type IncomingMessage, get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import type { BlobTags, Context, SourceConditions, WriteOptions } from '../../azurite/azurite-model.ts';
import { storageError } from '../../azurite/azurite.ts';
import { metadataOf } from '../../requests/metadata-names.ts';
import { type CopySource, type CopySourceReader, copySourceError } from './copy-source.ts';
import { openLocalCopySource } from './local-copy-source.ts';

/**
 * Authorises and opens the source of a copy: in process when it is a blob of this server, else by HTTP.
 *
 * @param range as in `x-ms-source-range`; the whole blob when omitted.
 * Fails as Azure does: 404, 403 and 409 `CannotVerifyCopySource`, 412 `SourceConditionNotMet`.
 */
export async function openCopySource(
  reader: CopySourceReader,
  copySource: string,
  range: string | undefined,
  options: WriteOptions,
  context: Context,
): Promise<CopySource> {
  const url = parseCopySource(copySource, context);
  const open = reader.isOwnHost(url.host) ? openLocalCopySource : openRemoteCopySource;
  return open(reader, url, range, options, context);
}

export function parseCopySource(url: string, context: Context): URL {
  if (!URL.canParse(url))
    throw storageError(context, 400, 'InvalidHeaderValue', 'The copy source is not a URL.', {
      HeaderName: 'x-ms-copy-source',
    });
  return new URL(url);
}

/** The oldest service version that supports bearer tokens and tags. */
const serviceVersion = '2020-10-02';

/** Opens a blob of another server by a GET with the source's own authorisation and conditions. */
async function openRemoteCopySource(
  _reader: CopySourceReader,
  url: URL,
  range: string | undefined,
  options: WriteOptions,
  context: Context,
): Promise<CopySource> {
  const authorization = options.copySourceAuthorization;
  const response = await read(url, context, {
    ...toHeaders(options.sourceModifiedAccessConditions),
    ...(authorization === undefined ? {} : { authorization }),
    ...(range === undefined ? {} : { 'x-ms-range': range }),
  });
  const { headers } = response;
  const length = Number(headers['content-length']);
  if (!Number.isSafeInteger(length)) {
    response.destroy();
    throw copySourceError(context, 409, 'The copy source did not tell its length.');
  }
  return {
    length,
    headers: {
      contentType: headers['content-type'],
      contentEncoding: headers['content-encoding'],
      contentLanguage: headers['content-language'],
      contentDisposition: headers['content-disposition'],
      cacheControl: headers['cache-control'],
    },
    metadata: metadataOf(response.rawHeaders, context.contextId),
    tags: () => readTags(url, authorization, context),
    open: () => Promise.resolve(response),
    discard: () => response.destroy(),
  };
}

function toHeaders(conditions: SourceConditions = {}): Record<string, string> {
  const headers = {
    'if-match': conditions.sourceIfMatch,
    'if-none-match': conditions.sourceIfNoneMatch,
    'if-modified-since': conditions.sourceIfModifiedSince?.toUTCString(),
    'if-unmodified-since': conditions.sourceIfUnmodifiedSince?.toUTCString(),
    'x-ms-if-tags': conditions.sourceIfTags,
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Errors contain neither the URL nor the other server's text: either may contain a signature. */
async function read(url: URL, context: Context, headers: Record<string, string>): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw copySourceError(context, 400, 'The copy source is neither http nor https.');
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(url, { headers: { 'x-ms-version': serviceVersion, ...headers } }, resolve);
    request.once('error', () => reject(copySourceError(context, 404, '')));
  });
  const status = response.statusCode ?? 500;
  if (status === 200 || status === 206) return response;
  response.resume();
  throw copySourceError(context, status, `The copy source answered with status ${status}.`);
}

async function readTags(
  url: URL,
  authorization: string | undefined,
  context: Context,
): Promise<BlobTags | undefined> {
  const tagsUrl = new URL(url);
  tagsUrl.searchParams.set('comp', 'tags');
  const response = await read(tagsUrl, context, authorization === undefined ? {} : { authorization });
  let xml = '';
  for await (const chunk of response.setEncoding('utf8')) xml += String(chunk);
  // Keys and values contain none of the characters that XML escapes.
  const tags = [...xml.matchAll(/<Key>([^<]*)<\/Key>\s*<Value>([^<]*)<\/Value>/g)];
  if (tags.length === 0) return undefined;
  return { blobTagSet: tags.map(([, key = '', value = '']) => ({ key, value })) };
}
