import type { BlockDocument } from '../azurite/azurite-model.ts';
import { newETag, validateWriteConditions } from '../azurite/azurite.ts';
import { type Node, isDirectory } from './entry.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { PathError, pathErrors } from './path-error.ts';
import { contentHeadersOf, unquoted, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf, numberOf } from './path-request.ts';
import { verifiedBody } from '../storage/copy/store-content.ts';

/**
 * Path Update with `action=append`: stages bytes for a position of the file, in any order. A flush makes them
 * part of the file.
 */
export async function appendData(lake: Lake, request: PathRequest): Promise<PathAnswer> {
  const position = numberOf(request, 'position');
  if (position === undefined) throw pathErrors.invalidQuery('position');
  const { document } = writableFile(lake, request, 'append');
  if (position < (document.properties.contentLength ?? 0)) throw pathErrors.invalidQuery('position');

  const body = verifiedBody(request.body, request.header('content-md5'), request.context);
  const extent = await lake.extents.appendExtent(body, request.context.contextId);
  const announced = request.header('content-length');
  if (announced !== undefined && extent.count !== Number(announced))
    throw new PathError(400, 'IncompleteBody', 'The body ended before the length that was announced.');

  // The path may have changed while the bytes arrived.
  const node = writableFile(lake, request, 'append');
  const name = String(position).padStart(20, '0');
  const { records } = lake;
  records.unstage(records.staged(node.document.name).filter((part) => part.name === name));
  if (extent.count > 0)
    records.stage({
      accountName: request.account,
      containerName: request.container,
      blobName: node.document.name,
      isCommitted: false,
      name,
      size: extent.count,
      persistency: extent,
    });
  if (request.query.get('flush') !== 'true') return { status: 202 };
  return { ...flushData(lake, request, position + extent.count), status: 202 };
}

/**
 * Path Update with `action=flush`: appended bytes become part of the file, up to a position that must be its
 * new length. Only a flush that closes the file raises an event.
 */
export function flush(lake: Lake, request: PathRequest): PathAnswer {
  const position = numberOf(request, 'position');
  if (position === undefined) throw pathErrors.invalidQuery('position');
  return flushData(lake, request, position);
}

/** The position of an append's own flush is the end of the append. */
function flushData(lake: Lake, request: PathRequest, position: number): PathAnswer {
  const { records, namespace } = lake;
  const node = writableFile(lake, request, 'flush');
  const { document } = node;
  validateWriteConditions(request.context, conditionsOf(request), document);

  const length = document.properties.contentLength ?? 0;
  const staged = records.staged(document.name);
  const parts = contiguous(staged, length, position);
  if (parts === undefined)
    throw new PathError(
      400,
      'InvalidFlushPosition',
      'The uploaded data is not contiguous or the position query parameter value is not equal to the length of the ' +
        'file after appending the uploaded data.',
    );
  const md5 = request.header('x-ms-content-md5');
  const keepsRest = request.query.get('retainUncommittedData') === 'true';
  records.unstage(keepsRest ? parts : staged);
  document.committedBlocksInOrder = [...(document.committedBlocksInOrder ?? []), ...parts.map(toBlock)];
  Object.assign(document.properties, contentHeadersOf(request), {
    contentLength: position,
    contentMD5: md5 === undefined ? undefined : Buffer.from(md5, 'base64'),
    etag: newETag(),
    lastModified: request.context.startTime,
  });
  namespace.changed(node);

  const { contentType, blobType } = document.properties;
  if (request.query.get('close') === 'true')
    lake.report(request, {
      api: 'FlushWithClose',
      eTag: unquoted(document.properties),
      ...(contentType !== undefined && { contentType }),
      contentLength: position,
      contentOffset: 0,
      ...(blobType !== undefined && { blobType }),
    });
  return { status: 200, headers: versionHeaders(node) };
}

/** The parts that fill the range without a gap; undefined when there is a gap. */
function contiguous(
  staged: readonly BlockDocument[],
  from: number,
  to: number,
): readonly BlockDocument[] | undefined {
  const byPosition = new Map(staged.map((part) => [Number(part.name), part] as const));
  const parts: BlockDocument[] = [];
  let end = from;
  while (end < to) {
    const part = byPosition.get(end);
    if (part === undefined) return undefined;
    parts.push(part);
    end += part.size;
  }
  return end === to ? parts : undefined;
}

function toBlock({ name, size, persistency }: BlockDocument) {
  return { name, size, persistency };
}

const refusals = {
  append: ['InvalidAppendOperation', 'appended to'],
  flush: ['InvalidFlushOperation', 'written to'],
} as const;

/**
 * The file at the path. It must have been written by this API: files that the Blob API wrote accept no
 * appends.
 */
function writableFile(lake: Lake, request: PathRequest, action: 'append' | 'flush'): Node {
  const node = lake.namespace.find(request.account, request.container, request.path);
  if (node === undefined) throw pathErrors.notFound();
  if (isDirectory(node)) throw pathErrors.conflict();
  const [code, what] = refusals[action];
  if (node.document.entry.writer !== 'path')
    throw new PathError(
      409,
      code,
      `The resource was created or modified by the Blob Service API and cannot be ${what} by the Data Lake API.`,
    );
  return node;
}
