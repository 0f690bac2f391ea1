import type { Readable } from 'node:stream';

import { AppendBlobHandler, BlockBlobHandler, PageBlobHandler, replaceHandlerMethod } from './azurite.ts';
import type { AzuriteResponse, Context, Handler, HandlerParameters, WriteOptions } from './azurite-model.ts';
import { copySourceTooLarge } from './copy-source-error.ts';
import { copySourceReader } from './copy-source.ts';
import { openCopySource } from './open-copy-source.ts';
import { storageError } from './storage-error.ts';
import { verifiedBody } from './store-content.ts';

const blockLimitMiB = 4000;
const appendLimitMiB = 100;
const pagesLimitMiB = 4;

interface BlockWriter extends Handler {
  stageBlock(
    id: string,
    length: number,
    body: Readable,
    options: WriteOptions,
    context: Context,
  ): Promise<AzuriteResponse>;
}

interface BodyWriter extends Handler {
  appendBlock(
    body: Readable,
    length: number,
    options: WriteOptions,
    context: Context,
  ): Promise<AzuriteResponse>;
  uploadPages(
    body: Readable,
    length: number,
    options: WriteOptions,
    context: Context,
  ): Promise<AzuriteResponse>;
}

/**
 * Put Block, Append Block and Put Page From URL: the range of the source, then Azurite's own plain write. Azurite
 * answers 501 to the last two and, before 3.37, to all three.
 */
export function addPutRangeFromUrl(): void {
  replaceHandlerMethod(BlockBlobHandler, 'stageBlockFromURL', () => stageBlockFromUrl);
  replaceHandlerMethod(AppendBlobHandler, 'appendBlockFromUrl', () => appendBlockFromUrl);
  replaceHandlerMethod(PageBlobHandler, 'uploadPagesFromURL', () => uploadPagesFromUrl);
}

async function stageBlockFromUrl(
  this: BlockWriter,
  ...[id, , url, options, context]: HandlerParameters<[id: string, contentLength: number, url: string]>
): Promise<AzuriteResponse> {
  const { body, length } = await openRange(this, url, options.sourceRange, options, context, blockLimitMiB);
  return this.stageBlock(id, length, body, options, context);
}

async function appendBlockFromUrl(
  this: BodyWriter,
  ...[url, , options, context]: HandlerParameters<[url: string, contentLength: number]>
): Promise<AzuriteResponse> {
  const { body, length } = await openRange(this, url, options.sourceRange, options, context, appendLimitMiB);
  return this.appendBlock(body, length, options, context);
}

async function uploadPagesFromUrl(
  this: BodyWriter,
  ...[url, sourceRange, , range, options, context]: HandlerParameters<
    [url: string, sourceRange: string, contentLength: number, range: string]
  >
): Promise<AzuriteResponse> {
  const { body, length } = await openRange(this, url, sourceRange, options, context, pagesLimitMiB);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (Number(last) - Number(first) + 1 !== length) {
    body.destroy();
    throw storageError(
      context,
      400,
      'InvalidHeaderValue',
      'The ranges of source and destination differ in length.',
    );
  }
  return this.uploadPages(body, length, options, context);
}

async function openRange(
  handler: Handler,
  url: string,
  range: string | undefined,
  options: WriteOptions,
  context: Context,
  limitMiB: number,
): Promise<{ body: Readable; length: number }> {
  const source = await openCopySource(copySourceReader(handler.metadataStore), url, range, options, context);
  if (source.length > limitMiB * 1024 * 1024) {
    source.discard?.();
    throw copySourceTooLarge(context, limitMiB);
  }
  const body = verifiedBody(await source.open(), options.sourceContentMD5, context);
  return { body, length: source.length };
}
