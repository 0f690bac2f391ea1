import type { Context } from '../azurite/azurite-model.ts';
import type { DeletedBlob } from '../azurite/azurite-stores.ts';
import { errors, storageError } from '../azurite/azurite.ts';
import { DAY_MS } from '../storage/history-settings.ts';
import type { Stage } from '../storage/operations/find.ts';
import { deleteBlob } from '../storage/operations/keep-history.ts';
import { fromMarker, toMarker } from '../storage/operations/marker.ts';
import type { Blob } from '../store/blob.ts';
import type { DeletedPlace } from '../store/deleted-paths.ts';
import type { Lake } from './lake.ts';
import { type Namespace, type Node, toNode, toSegments } from './namespace.ts';

/** Deletes a file or directory with everything below it, softly where the account keeps what is deleted. */
export function deleteNode({ store, namespace, history }: Lake, node: Node): DeletedBlob {
  return deleteBlob({ store, paths: namespace, history }, node);
}

interface DeletedListing {
  readonly account: string;
  readonly container: string;
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly maxResults: number;
  readonly marker: string;
}

/**
 * The deleted files and directories of a container (`showonly=deleted`), in the order of their paths and of their deletions.
 * What is below a deleted directory is not listed: learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview.
 */
export function listDeletedPaths(
  { store, history }: Stage,
  context: Context,
  listing: DeletedListing,
): [blobs: readonly Blob[], prefixes: readonly { readonly name: string }[], marker: string] {
  const { account, container, prefix, delimiter, maxResults } = listing;
  const root = store.containers.root(account, container) ?? 0;
  const known = { accountName: account, containerName: container };
  const now = history.now();
  const { name = prefix, at = '' } = fromMarker(context, listing.marker);
  let behind: DeletedPlace = { path: name, deletionId: at };
  const blobs: Blob[] = [];
  const prefixes = new Set<string>();
  for (;;) {
    const rows = store.deletedPaths.list(root, behind, now, maxResults + 1);
    for (const row of rows) {
      const path = String(row[2]);
      if (!path.startsWith(prefix)) return [blobs, toPrefixes(prefixes), ''];
      const end = delimiter === undefined ? -1 : path.indexOf(delimiter, prefix.length);
      const common = path.slice(0, end + 1);
      if ((end < 0 || !prefixes.has(common)) && blobs.length + prefixes.size >= maxResults)
        return [blobs, toPrefixes(prefixes), toMarker({ name: behind.path, at: behind.deletionId })];
      const blob = toNode(store.listing.toBlob(row, known, path));
      behind = { path, deletionId: blob.version ?? '' };
      if (end < 0) blobs.push(toListed(blob, now));
      else prefixes.add(common);
    }
    if (rows.length <= maxResults) return [blobs, toPrefixes(prefixes), ''];
  }
}

function toPrefixes(names: ReadonlySet<string>): readonly { readonly name: string }[] {
  return Array.from(names, (name) => ({ name }));
}

/** With what only listings tell. Changes the node. */
function toListed(node: Node, now: number): Blob {
  const { kind, version, deletedAt = now, expiresAt = now, properties } = node;
  properties.resourceType = kind;
  properties.deletedTime = new Date(deletedAt);
  properties.remainingRetentionDays = Math.floor((expiresAt - now) / DAY_MS);
  return {
    ...node,
    deleted: true,
    version: undefined,
    ...(version !== undefined && { deletionId: version }),
  };
}

/**
 * Undelete Path (learn.microsoft.com/rest/api/storageservices/undelete-blob): `x-ms-undelete-source` names the deletion. The
 * path must be free and its directory there. The codes of the refusals are inferred.
 */
export function undeletePath(stage: Stage, namespace: Namespace, context: Context): void {
  const { store, history } = stage;
  const { account, container, blob: path } = context.context;
  const source = context.request.getHeader('x-ms-undelete-source');
  if (source === undefined)
    throw storageError(
      context,
      400,
      'MissingRequiredHeader',
      'An HTTP header that is mandatory for this request is not specified.',
      { HeaderName: 'x-ms-undelete-source' },
    );
  const { from, deletionId } = parseSource(context, source);
  const restored = store.write(() => {
    const root = store.containers.root(account, container);
    if (root === undefined) throw errors.getContainerNotFound(context.contextId);
    const known = { accountName: account, containerName: container };
    const place = { path: toSegments(from === '' ? path : from).join('/'), deletionId };
    const deleted = store.deletedPaths.find(root, known, place, history.now());
    if (deleted === undefined) throw errors.getBlobNotFound(context.contextId);
    if (namespace.node(account, container, path) !== undefined)
      throw errors.getBlobAlreadyExists(context.contextId);
    const to = namespace.find(account, container, path);
    if (to === undefined || !isDirectory(namespace, account, container, path))
      throw storageError(context, 404, 'PathNotFound', 'The directory of the specified path does not exist.');
    store.deletedPaths.restore(deleted, to);
    return deleted;
  });
  context.response?.setHeader('x-ms-resource-type', restored.kind);
}

/** Whether the directory of a path is there. */
function isDirectory(namespace: Namespace, account: string, container: string, path: string): boolean {
  const above = namespace.node(account, container, toSegments(path).slice(0, -1).join('/'));
  return above?.kind === 'directory';
}

/** `path?deletionid=123`, the path percent-encoded; the SDKs leave it out. */
function parseSource(context: Context, source: string): { from: string; deletionId: string } {
  const [, from = '', deletionId] = /^([^?]*)\?deletionid=(\d+)$/i.exec(source) ?? [];
  if (deletionId === undefined)
    throw errors.getInvalidHeaderValue(context.contextId, {
      HeaderName: 'x-ms-undelete-source',
      HeaderValue: source,
    });
  try {
    return { from: decodeURIComponent(from), deletionId };
  } catch {
    throw errors.getInvalidHeaderValue(context.contextId, { HeaderName: 'x-ms-undelete-source' });
  }
}
