import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type { Context, HandlerParameters } from '../../azurite/azurite-model.ts';
import type { Handler } from '../../azurite/azurite-stores.ts';
import { BlobHandler, replaceHandlerMethod } from '../../azurite/azurite.ts';
import type { StoredBlob } from '../../store/blob.ts';
import {
  copySourceError,
  copySourceReader,
  copySourceTooLarge,
  findSourceBlob,
  refuseVersions,
  toSourceState,
} from './copy-source.ts';
import { authorizeCopySource, openBlobVersion, toCopySourceAddress } from './local-copy-source.ts';
import { parseCopySource } from './open-copy-source.ts';
import { verifyMd5 } from './store-content.ts';

const copyFromUrlLimitMiB = 256;

/**
 * Copy Blob From URL with two checks that Azurite lacks: the limit of 256 MiB and x-ms-source-content-md5.
 * Both kinds of copy are authorised in process, where Azurite sends itself an HTTP request. The source must
 * be a blob of this server.
 */
export function correctCopyFromUrl(): void {
  replaceHandlerMethod(BlobHandler, 'validateCopySource', () => validateCopySource);
  replaceHandlerMethod(
    BlobHandler,
    'copyFromURL',
    (copy) =>
      async function (this: Handler, ...parameters: HandlerParameters<[copySource: string]>) {
        await verifySource(this, ...parameters);
        const response: unknown = await Reflect.apply(copy, this, parameters);
        return response;
      },
  );
}

async function validateCopySource(this: Handler, copySource: string, _account: string, context: Context) {
  const url = parseCopySource(copySource, context);
  const reader = copySourceReader(this.metadataStore);
  refuseVersions(reader, url, context);
  const address = toCopySourceAddress(url);
  if (!address || !reader.isOwnHost(url.host)) throw copySourceError(context, 404, '');
  const authorization = context.request.getHeader('x-ms-copy-source-authorization');
  await authorizeCopySource(reader, url, address, 'Blob_GetProperties', authorization, context);
  if (!findSource(this, copySource)?.isCommitted) throw copySourceError(context, 404, '');
}

function findSource({ metadataStore }: Handler, copySource: string): StoredBlob | undefined {
  const url = new URL(copySource);
  const address = toCopySourceAddress(url);
  return address && findSourceBlob(copySourceReader(metadataStore), { ...address, ...toSourceState(url) });
}

async function verifySource(
  handler: Handler,
  ...[copySource, options, context]: HandlerParameters<[copySource: string]>
): Promise<void> {
  const url = parseCopySource(copySource, context);
  refuseVersions(copySourceReader(handler.metadataStore), url, context);
  const address = toCopySourceAddress(url);
  if (!address) throw copySourceError(context, 404, '');
  // Within one account the caller's own authorisation covers the source.
  if (address.account !== context.context.account)
    await validateCopySource.call(handler, copySource, address.account, context);

  const blob = findSource(handler, copySource);
  if (!blob) return;
  const length = blob.properties.contentLength ?? 0;
  if (length > copyFromUrlLimitMiB * 1024 * 1024) throw copySourceTooLarge(context, copyFromUrlLimitMiB);
  if (options.sourceContentMD5 === undefined) return;

  const hash = createHash('md5');
  const body = await openBlobVersion(handler.extentStore, blob, 0, length, context);
  body.on('data', (chunk: Buffer) => hash.update(chunk));
  await finished(body);
  verifyMd5(hash.digest(), options.sourceContentMD5, context);
  // Copies exactly the verified version, or nothing.
  const conditions = (options.sourceModifiedAccessConditions ??= {});
  conditions.sourceIfMatch ??= blob.properties.etag;
}
