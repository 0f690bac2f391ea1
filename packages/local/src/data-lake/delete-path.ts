import { validateWriteConditions } from '../azurite/azurite.ts';
import { isDirectory, pathOf } from './entry.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { PathError, pathErrors } from './path-error.ts';
import { type PathRequest, conditionsOf } from './path-request.ts';
import { toContinuation, toPath, walk } from './walk.ts';

/** Paths that one request of a paginated delete checks. */
const page = 5000;

/**
 * Path Delete. Deletes a directory and its content in one step, with one event. With `paginated=true` its
 * content is first read page by page, as Azure does for callers whose rights it must check on every path.
 */
export async function deletePath(lake: Lake, request: PathRequest): Promise<PathAnswer> {
  const { account, container, path, context, query } = request;
  const node = lake.namespace.find(account, container, path);
  if (node === undefined || path === '') throw pathErrors.notFound();
  if (!isDirectory(node)) {
    const { contentType, blobType } = node.document.properties;
    await lake.deleteBlob(context, account, container, path, {
      modifiedAccessConditions: conditionsOf(request),
      leaseAccessConditions: { leaseId: request.header('x-ms-lease-id') },
    });
    lake.report(request, {
      api: 'DeleteFile',
      ...(contentType !== undefined && { contentType }),
      ...(blobType !== undefined && { blobType }),
    });
    return { status: 200 };
  }
  validateWriteConditions(context, conditionsOf(request), node.document);
  const recursive = query.get('recursive') === 'true';
  if (!recursive && node.children.size > 0)
    throw new PathError(
      409,
      'DirectoryNotEmpty',
      'The recursive query parameter value must be true to delete a non-empty directory.',
    );
  if (query.get('paginated') === 'true') {
    const after = toPath(query.get('continuation'));
    let seen = 0;
    for (const child of walk(node, { recursive: true, ...(after !== undefined && { after }) }))
      if (++seen === page)
        return { status: 200, headers: { 'x-ms-continuation': toContinuation(pathOf(child)) } };
  }
  lake.namespace.remove(node);
  lake.report(request, { api: 'DeleteDirectory', recursive: recursive ? 'true' : 'false' });
  return { status: 200 };
}
