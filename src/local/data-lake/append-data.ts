import { verifiedBody } from '../storage/store-content.ts';
import { flushData } from './flush-data.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { PathError, pathErrors } from './path-error.ts';
import { type PathRequest, numberOf } from './path-request.ts';
import { writableFile } from './writable-file.ts';

/**
 * Path Update with `action=append`: keeps bytes for a position of the file, in any order. They are part of the file
 * once they are flushed.
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

  // Much may have happened to the path while the bytes came in.
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
