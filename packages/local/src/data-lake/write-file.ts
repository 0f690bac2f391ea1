import { newETag, validateWriteConditions } from '../azurite/azurite.ts';
import type { StagedBlock } from '../store/blob.ts';
import type { Lake, PathAnswer } from './lake.ts';
import type { Node } from './namespace.ts';
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
  const { properties } = writableFile(lake, request, 'append');
  if (position < (properties.contentLength ?? 0)) throw pathErrors.invalidQuery('position');

  const body = verifiedBody(request.body, request.header('content-md5'), request.context);
  const extent = await lake.extents.appendExtent(body);
  const announced = request.header('content-length');
  if (announced !== undefined && extent.count !== Number(announced))
    throw new PathError(400, 'IncompleteBody', 'The body ended before the length that was announced.');

  // The path may have changed while the bytes arrived.
  const flushed = lake.store.write(() => {
    const { id } = writableFile(lake, request, 'append');
    const name = String(position).padStart(20, '0');
    if (extent.count > 0) lake.store.parts.stage(id, { name, size: extent.count, persistency: extent });
    else lake.store.parts.unstage(id, name);
    return request.query.get('flush') === 'true'
      ? flushData(lake, request, position + extent.count)
      : undefined;
  });
  if (flushed === undefined) return { status: 202 };
  reportClose(lake, request, flushed);
  return { status: 202, headers: versionHeaders(flushed) };
}

/**
 * Path Update with `action=flush`: appended bytes become part of the file, up to a position that must be its
 * new length. Only a flush that closes the file raises an event.
 */
export function flush(lake: Lake, request: PathRequest): PathAnswer {
  const position = numberOf(request, 'position');
  if (position === undefined) throw pathErrors.invalidQuery('position');
  const node = lake.store.write(() => flushData(lake, request, position));
  reportClose(lake, request, node);
  return { status: 200, headers: versionHeaders(node) };
}

/** The position of an append's own flush is the end of the append. */
function flushData(lake: Lake, request: PathRequest, position: number): Node {
  const { store, namespace } = lake;
  const node = writableFile(lake, request, 'flush');
  validateWriteConditions(request.context, conditionsOf(request), node);

  const length = node.properties.contentLength ?? 0;
  const parts = contiguous(store.parts.staged(node.id), length, position);
  if (parts === undefined)
    throw new PathError(
      400,
      'InvalidFlushPosition',
      'The uploaded data is not contiguous or the position query parameter value is not equal to the length of the ' +
        'file after appending the uploaded data.',
    );
  const md5 = request.header('x-ms-content-md5');
  for (const part of parts) {
    store.parts.append(node.id, part);
    store.parts.unstage(node.id, part.name);
  }
  if (request.query.get('retainUncommittedData') !== 'true') store.parts.unstageAll(node.id);
  Object.assign(node.properties, contentHeadersOf(request), {
    contentLength: position,
    contentMD5: md5 === undefined ? undefined : Buffer.from(md5, 'base64'),
    etag: newETag(),
    lastModified: request.context.startTime,
  });
  namespace.changed(node);
  return node;
}

function reportClose(lake: Lake, request: PathRequest, { properties }: Node): void {
  if (request.query.get('close') !== 'true') return;
  const { contentType, contentLength = 0, blobType } = properties;
  lake.report(request, {
    api: 'FlushWithClose',
    eTag: unquoted(properties),
    ...(contentType !== undefined && { contentType }),
    contentLength,
    contentOffset: 0,
    ...(blobType !== undefined && { blobType }),
  });
}

/** The parts that fill the range without a gap; undefined when there is a gap. */
function contiguous(
  staged: readonly StagedBlock[],
  from: number,
  to: number,
): readonly StagedBlock[] | undefined {
  const byPosition = new Map(staged.map((part) => [Number(part.name), part] as const));
  const parts: StagedBlock[] = [];
  let end = from;
  while (end < to) {
    const part = byPosition.get(end);
    if (part === undefined) return undefined;
    parts.push(part);
    end += part.size;
  }
  return end === to ? parts : undefined;
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
  const node = lake.namespace.node(request.account, request.container, request.path);
  if (node === undefined) throw pathErrors.notFound();
  if (node.kind === 'directory') throw pathErrors.conflict();
  const [code, what] = refusals[action];
  if (node.writer !== 'path')
    throw new PathError(
      409,
      code,
      `The resource was created or modified by the Blob Service API and cannot be ${what} by the Data Lake API.`,
    );
  return node;
}
