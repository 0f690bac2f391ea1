import type { AzuriteResponse, Context, HandlerParameters } from '../azurite/azurite-model.ts';
import {
  BlobHandler,
  BlockBlobHandler,
  PageBlobHandler,
  errors,
  rangeHeaders,
  replaceHandlerMethod,
  storageError,
} from '../azurite/azurite.ts';

/** The first byte and the last one, which may be beyond the end; Infinity: up to the end. */
type Range = readonly [first: number, last: number];

interface ReadableBlob {
  readonly properties: { readonly contentLength?: number };
}

const PAGE = 512;

/**
 * Ranges as the service takes them; x-ms-range comes before Range. Applies to every server of the process.
 *
 * - A read ignores a header that is not `bytes=first-` or `bytes=first-last`, and answers 200 with the whole blob
 *   (RFC 9110, 14.2; that the service does so is inferred). Azurite takes any text for a number.
 * - A read that begins at the end or beyond is 416 `InvalidRange` with the length in Content-Range, so an empty blob has no
 *   range: Azure/azure-sdk-for-net#10827, Azure/Azurite#2410. Azurite takes the length itself for a beginning.
 * - A write of pages that are not whole ones is 400 `InvalidHeaderValue`, and pages beyond the end are 416
 *   `InvalidPageRange`: learn.microsoft.com/rest/api/storageservices/blob-service-error-codes.
 * - A block has at least one byte, otherwise 400 `InvalidHeaderValue`: fsspec/adlfs#71, Azure/Azurite#329.
 */
export function correctRanges(): void {
  rangeHeaders.deserializeRangeHeader = (range, own) => parseRange(own ?? range);
  rangeHeaders.deserializePageBlobRangeHeader = (range, own) => parseRange(own ?? range) ?? [0, Infinity];
  errors.getInvalidPageRange = (contextId) =>
    storageError({ contextId }, 416, 'InvalidPageRange', 'The page range specified is invalid.');

  for (const download of ['downloadBlockBlobOrAppendBlob', 'downloadPageBlob'])
    replaceHandlerMethod(BlobHandler, download, (original) => {
      const read = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
      return async function readRange(this: unknown, options: object, context: Context, blob: ReadableBlob) {
        const range = rangeOf(context);
        const length = blob.properties.contentLength ?? 0;
        if (range !== undefined && range[0] >= length)
          throw errors.getInvalidPageRange2(context.contextId, `bytes */${length}`);
        const answer = await read.call(this, options, context, blob);
        // For a page blob Azurite goes by the presence of the header.
        if (range === undefined) return { ...answer, contentRange: undefined };
        return { ...answer, statusCode: 206 };
      };
    });

  for (const write of ['uploadPages', 'clearPages'])
    replaceHandlerMethod(PageBlobHandler, write, (original) => {
      const writePages = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
      return async function writeWholePages(this: unknown, ...parameters: readonly unknown[]) {
        const context = parameters.at(-1) as Context;
        const [first, last] = rangeOf(context) ?? [Number.NaN, Number.NaN];
        if (first % PAGE !== 0 || (last + 1) % PAGE !== 0) throw badRange(context);
        return await writePages.apply(this, [...parameters]);
      };
    });

  replaceHandlerMethod(BlockBlobHandler, 'stageBlock', (original) => {
    const stage = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
    return async function stageBytes(
      this: unknown,
      ...parameters: HandlerParameters<[id: string, contentLength: number, body: unknown]>
    ) {
      const [, contentLength, , , context] = parameters;
      if (contentLength === 0) throw badHeader(context, 'Content-Length', '0');
      return await stage.apply(this, parameters);
    };
  });
}

function parseRange(header: string | undefined): Range | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined) return undefined;
  const range: Range = [Number(first), last === '' ? Infinity : Number(last)];
  return range[1] < range[0] ? undefined : range;
}

function rangeOf({ request }: Context): Range | undefined {
  return parseRange(request.getHeader('x-ms-range') ?? request.getHeader('range'));
}

function badRange(context: Context) {
  const own = context.request.getHeader('x-ms-range');
  const text = own ?? context.request.getHeader('range') ?? '';
  return badHeader(context, own === undefined ? 'Range' : 'x-ms-range', text);
}

function badHeader(context: Context, name: string, value: string) {
  const message = 'The value for one of the HTTP headers is not in the correct format.';
  return storageError(context, 400, 'InvalidHeaderValue', message, { HeaderName: name, HeaderValue: value });
}
