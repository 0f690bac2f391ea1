import { isAzuriteError, validateReadConditions, validateWriteConditions } from '../azurite/azurite.ts';
import { refuseBadName } from '../requests/blob-names.ts';
import { type Node, isDirectory, toSegments } from './entry.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { PathError, pathErrors } from './path-error.ts';
import { metadataOf, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf, pathUrl, renameSourceOf } from './path-request.ts';

/**
 * Path Create with `x-ms-rename-source`: moves a file or directory with everything below it to another place,
 * in this or another file system, in one step and in constant time. ETags and times do not change. A file may
 * replace a file; a directory may replace an empty directory. (Azure's code for a directory that is not empty
 * is inferred from its table of codes.)
 */
export function renamePath(lake: Lake, request: PathRequest): PathAnswer {
  const { namespace, origin } = lake;
  const { account, container, path } = request;
  const from = renameSourceOf(request);
  refuseBadName(request.context, path);
  refuseOutsideSas(request, from.container);
  const source = namespace.find(account, from.container, from.path);
  if (source === undefined || !source.document.isCommitted)
    throw new PathError(404, 'SourcePathNotFound', 'The source path for a rename operation does not exist.');
  validateSource(request, source);

  const segments = toSegments(path);
  const segment = segments.pop();
  const parent = segment === undefined ? undefined : destinationParent(lake, request, segments);
  if (segment === undefined || parent === undefined || !isDirectory(parent))
    throw new PathError(
      404,
      'RenameDestinationParentPathNotFound',
      'The parent directory of the destination path does not exist.',
    );
  if (isDirectory(source) && isWithin(parent, source)) throw renamedIntoItself();
  const there = parent.children.get(segment);
  validateDestination(request, there);
  if (there === source && isDirectory(source)) throw renamedIntoItself();
  if (there !== undefined && there !== source) removeDestination(lake, source, there);
  if (there !== source) namespace.move(source, parent, segment);

  const metadata = metadataOf(request);
  if (metadata !== undefined) {
    source.document.metadata = isDirectory(source) ? { ...metadata, hdi_isfolder: 'true' } : metadata;
    namespace.changed(source);
  }
  lake.report(request, {
    api: isDirectory(source) ? 'RenameDirectory' : 'RenameFile',
    sourceUrl: pathUrl(origin, account, from.container, from.path),
    destinationUrl: pathUrl(origin, account, container, path),
  });
  return { status: 201, headers: versionHeaders(source) };
}

/**
 * The SAS of a container grants nothing on a source in another one; the SAS of a blob grants nothing on any
 * source.
 */
function refuseOutsideSas({ query, container }: PathRequest, sourceContainer: string): void {
  const resource = query.get('sr');
  if (resource !== null && (resource !== 'c' || sourceContainer !== container))
    throw new PathError(
      403,
      'AuthorizationPermissionMismatch',
      'This request is not authorized to perform this operation using this permission.',
    );
}

function destinationParent(lake: Lake, request: PathRequest, segments: readonly string[]): Node | undefined {
  const { account, container } = request;
  if (segments.length === 0) return lake.namespace.makeDirectory(account, container, '');
  return lake.namespace.find(account, container, segments.join('/'));
}

function validateSource(request: PathRequest, source: Node): void {
  try {
    validateReadConditions(request.context, conditionsOf(request, 'x-ms-source-'), source.document);
  } catch (error) {
    // An unmet condition of a read can be 304; this is a write.
    if (!isAzuriteError(error)) throw error;
    throw new PathError(
      412,
      'SourceConditionNotMet',
      'The source condition specified using HTTP conditional header(s) is not met.',
    );
  }
}

function validateDestination(request: PathRequest, there: Node | undefined): void {
  const conditions = conditionsOf(request);
  if (conditions.ifNoneMatch === '*' && there?.document.isCommitted)
    throw pathErrors.exists(there.document.entry.kind);
  validateWriteConditions(request.context, conditions, there?.document ?? null);
}

/** Removes the destination where Azure would replace it. */
function removeDestination({ namespace }: Lake, source: Node, there: Node): void {
  if (isDirectory(source) !== isDirectory(there))
    throw new PathError(
      409,
      'InvalidSourceOrDestinationResourceType',
      'The source and destination resource type must be identical.',
    );
  if (isDirectory(there) && there.children.size > 0) throw pathErrors.exists('directory');
  namespace.remove(there);
}

function isWithin(node: Node, directory: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) if (at === directory) return true;
  return false;
}

function renamedIntoItself(): PathError {
  return new PathError(
    409,
    'InvalidRenameSourcePath',
    'The source directory cannot be the same as the destination directory, nor can the destination be a ' +
      'subdirectory of the source directory.',
  );
}
