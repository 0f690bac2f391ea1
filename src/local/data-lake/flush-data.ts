import { newETag, validateWriteConditions } from '../storage/azurite.ts';
import type { BlockDocument } from '../storage/azurite-model.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { PathError, pathErrors } from './path-error.ts';
import { contentHeadersOf, unquoted, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf, numberOf } from './path-request.ts';
import { writableFile } from './writable-file.ts';

/**
 * Path Update with `action=flush`: what was appended becomes part of the file, up to a position that must be its new
 * length. Only a flush that closes the file raises an event.
 */
export function flush(lake: Lake, request: PathRequest): PathAnswer {
  const position = numberOf(request, 'position');
  if (position === undefined) throw pathErrors.invalidQuery('position');
  return flushData(lake, request, position);
}

/** The flush of an append that asks for it ends where the append does. */
export function flushData(lake: Lake, request: PathRequest, position: number): PathAnswer {
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

/** The parts that fill the file from one position to another without a gap; undefined when they do not. */
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
