import { validateWriteConditions } from '../azurite/azurite.ts';
import type { DeletedBlob } from '../azurite/azurite-stores.ts';
import { deleteNode } from './deleted-paths.ts';
import type { Lake, PathAnswer } from './lake.ts';
import type { Node } from './namespace.ts';
import { PathError, pathErrors } from './path-error.ts';
import { type PathRequest, conditionsOf } from './path-request.ts';
import { continuationOf, toContinuation, walk } from './walk.ts';

/** Paths that one request of a paginated delete checks. */
const page = 5000;

/**
 * Path Delete. Deletes a directory and its content in one step, with one event. With `paginated=true` its
 * content is first read page by page, as Azure does for callers whose rights it must check on every path.
 */
export async function deletePath(lake: Lake, request: PathRequest): Promise<PathAnswer> {
  const { account, container, path, context } = request;
  const node = lake.namespace.node(account, container, path);
  if (node === undefined || path === '') throw pathErrors.notFound();
  if (node.kind === 'directory') return deleteDirectory(lake, request);
  const { contentType, blobType } = node.properties;
  const deleted = await lake.deleteBlob(context, account, container, path, {
    modifiedAccessConditions: conditionsOf(request),
    leaseAccessConditions: { leaseId: request.header('x-ms-lease-id') },
  });
  lake.report(request, {
    api: 'DeleteFile',
    ...(contentType !== undefined && { contentType }),
    ...(blobType !== undefined && { blobType }),
  });
  return { status: 200, headers: deletionHeaders(deleted) };
}

function deleteDirectory(lake: Lake, request: PathRequest): PathAnswer {
  const { store, namespace } = lake;
  const { account, container, path, context, query } = request;
  const recursive = query.get('recursive') === 'true';
  const outcome = store.write((): DeletedBlob | string => {
    const node = namespace.node(account, container, path);
    if (node === undefined) throw pathErrors.notFound();
    validateWriteConditions(context, conditionsOf(request), node);
    if (!recursive && namespace.hasChildren(node))
      throw new PathError(
        409,
        'DirectoryNotEmpty',
        'The recursive query parameter value must be true to delete a non-empty directory.',
      );
    const next = query.get('paginated') === 'true' ? endOfPage(lake, request, node) : undefined;
    return next ?? deleteNode(lake, node);
  });
  if (typeof outcome === 'string') return { status: 200, headers: { 'x-ms-continuation': outcome } };
  lake.report(request, { api: 'DeleteDirectory', recursive: recursive ? 'true' : 'false' });
  return { status: 200, headers: deletionHeaders(outcome) };
}

function deletionHeaders({ isGone, deletionId }: DeletedBlob): Record<string, string | undefined> {
  return { 'x-ms-delete-type-permanent': String(isGone), 'x-ms-deletion-id': deletionId };
}

/** Where the next page begins; undefined on the last page. */
function endOfPage({ store }: Lake, request: PathRequest, directory: Node): string | undefined {
  const after = continuationOf(request);
  let seen = 0;
  for (const { name } of walk(store.listing, directory, {
    recursive: true,
    ...(after !== undefined && { after }),
  }))
    if (++seen === page) return toContinuation(name);
  return undefined;
}
