import { refuseBadName } from '../requests/blob-names.ts';
import { newETag, validateWriteConditions } from '../azurite/azurite.ts';
import type { BlobDocument } from '../azurite/azurite-model.ts';
import { accessOf } from './access.ts';
import { type Node, isDirectory } from './entry.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { type NewDocument, PathConflict } from './namespace.ts';
import { pathErrors } from './path-error.ts';
import { contentHeadersOf, metadataOf, unquoted, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf } from './path-request.ts';

/** Path Create with `resource=file`: an empty file, replacing an existing one. */
export async function createFile(lake: Lake, request: PathRequest): Promise<PathAnswer> {
  const { namespace } = lake;
  const { account, container, path, context } = request;
  const there = namespace.find(account, container, path);
  refuseExisting(there, request);
  if (there && isDirectory(there)) throw pathErrors.conflict();

  const now = context.startTime;
  const document: BlobDocument & NewDocument = {
    accountName: account,
    containerName: container,
    name: path,
    snapshot: '',
    deleted: false,
    isCommitted: true,
    metadata: metadataOf(request),
    entry: { kind: 'file', writer: 'path', ...accessOf(request, parentOf(lake, request), 'file') },
    properties: {
      contentType: 'application/octet-stream',
      ...contentHeadersOf(request),
      creationTime: now,
      lastModified: now,
      etag: newETag(),
      contentLength: 0,
      blobType: 'BlockBlob',
      leaseStatus: 'unlocked',
      leaseState: 'available',
      serverEncrypted: true,
      accessTier: 'Hot',
      accessTierInferred: true,
    },
  };
  const lease = { leaseId: request.header('x-ms-lease-id') };
  await lake.createBlob(context, document, lease, conditionsOf(request));
  const node = namespace.find(account, container, path);
  if (node === undefined) throw pathErrors.notFound();
  lake.records.unstage(lake.records.staged(node.document.name));
  const { contentType, blobType } = document.properties;
  lake.report(request, {
    api: 'CreateFile',
    eTag: unquoted(document.properties),
    ...(contentType !== undefined && { contentType }),
    contentLength: 0,
    contentOffset: 0,
    ...(blobType !== undefined && { blobType }),
  });
  return { status: 201, headers: versionHeaders(node) };
}

/**
 * Path Create with `resource=directory`. An existing directory keeps its content and takes the given
 * properties.
 */
export function createDirectory(lake: Lake, request: PathRequest): PathAnswer {
  const { namespace } = lake;
  const { account, container, path, context } = request;
  const there = namespace.find(account, container, path);
  refuseBadName(context, path);
  refuseExisting(there, request);
  validateWriteConditions(context, conditionsOf(request), there?.document ?? null);
  const access = accessOf(request, parentOf(lake, request), 'directory');
  const metadata = metadataOf(request);
  try {
    const node = namespace.makeDirectory(account, container, path);
    const { document } = node;
    document.metadata = { ...metadata, hdi_isfolder: 'true' };
    Object.assign(document.entry, there === undefined || isAccessGiven(request) ? access : {});
    Object.assign(document.properties, contentHeadersOf(request), {
      etag: newETag(),
      lastModified: context.startTime,
    });
    namespace.changed(node);
    lake.report(request, { api: 'CreateDirectory' });
    return { status: 201, headers: versionHeaders(node) };
  } catch (error) {
    throw error instanceof PathConflict ? pathErrors.conflict() : error;
  }
}

function refuseExisting(there: Node | undefined, request: PathRequest): void {
  if (there?.document.isCommitted && request.header('if-none-match') === '*')
    throw pathErrors.exists(there.document.entry.kind);
}

/** The directory of a new path, or its nearest ancestor that exists. */
function parentOf({ namespace }: Lake, { account, container, path }: PathRequest): Node {
  const segments = path.split('/');
  for (let depth = segments.length - 1; depth > 0; depth--) {
    const node = namespace.find(account, container, segments.slice(0, depth).join('/'));
    if (node) return node;
  }
  return namespace.makeDirectory(account, container, '');
}

function isAccessGiven(request: PathRequest): boolean {
  return ['x-ms-permissions', 'x-ms-acl', 'x-ms-owner', 'x-ms-group'].some(
    (name) => request.header(name) !== undefined,
  );
}
