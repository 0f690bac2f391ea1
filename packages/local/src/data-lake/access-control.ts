import { validateReadConditions, validateWriteConditions } from '../azurite/azurite.ts';
import { aclOf, isCompleteAcl, modeOf } from './access.ts';
import {
  type AclEntry,
  aclKey,
  formatAcl,
  parseAcl,
  parseAclKeys,
  withMask,
  withPermissions,
} from './acl.ts';
import type { Lake, PathAnswer } from './lake.ts';
import type { Node } from './namespace.ts';
import { PathError, pathErrors } from './path-error.ts';
import { accessHeaders, versionHeaders } from './path-properties.ts';
import { type PathRequest, conditionsOf, numberOf } from './path-request.ts';
import { continuationOf, toContinuation, walk } from './walk.ts';

/** Path Get Properties with `action=getAccessControl`. */
export function getAccessControl(lake: Lake, request: PathRequest): PathAnswer {
  const node = nodeAt(lake, request);
  validateReadConditions(request.context, conditionsOf(request), node);
  const { access } = node;
  return {
    status: 200,
    headers: { ...versionHeaders(node), ...accessHeaders(access), 'x-ms-acl': access.acl },
  };
}

/**
 * Path Update with `action=setAccessControl`: owner, group, and either the nine permissions or a whole list.
 * The ETag does not change and no event is raised, so only a comparison of access control finds such a
 * change. (That the ETag does not change is inferred: it is the harder case for a mirror.)
 */
export function setAccessControl(lake: Lake, request: PathRequest): PathAnswer {
  const node = lake.store.write(() => changeAccess(lake, request));
  return { status: 200, headers: versionHeaders(node) };
}

function changeAccess(lake: Lake, request: PathRequest): Node {
  const node = nodeAt(lake, request);
  const { access } = node;
  validateWriteConditions(request.context, conditionsOf(request), node);
  const entries = aclOf(request, node.kind);
  const mode = modeOf(request, 'x-ms-permissions');
  const owner = request.header('x-ms-owner');
  const group = request.header('x-ms-group');
  if (entries === undefined && mode === undefined && owner === undefined && group === undefined)
    throw new PathError(400, 'MissingRequiredHeader', 'There is nothing to set in the request.');

  if (entries !== undefined) access.acl = formatAcl(entries);
  if (mode !== undefined) {
    access.acl = withPermissions(access.acl, mode.classes);
    access.sticky = mode.sticky;
  }
  if (owner !== undefined) access.owner = owner;
  if (group !== undefined) access.group = group;
  lake.namespace.changed(node);
  return node;
}

/** The path's node, or the root. @throws PathError when there is none */
function nodeAt({ namespace }: Lake, { account, container, path }: PathRequest): Node {
  const node = namespace.node(account, container, path);
  if (node === undefined || !node.isCommitted) throw pathErrors.notFound();
  return node;
}

const mostRecords = 2000;

type Entries = readonly AclEntry[];

interface AclChangeMode {
  /** The parsed header; undefined when it is not valid for this mode. */
  readonly parse: (header: string) => Entries | undefined;
  readonly change: (entries: Entries, given: Entries) => Entries;
}

const isOwnerGroupOrOther = ({ kind, id, isDefault }: AclEntry) => !isDefault && kind !== 'mask' && id === '';

const modes: ReadonlyMap<string, AclChangeMode> = new Map([
  [
    'set',
    {
      parse: (header) => {
        const entries = parseAcl(header);
        return entries && isCompleteAcl(entries, 'directory') ? entries : undefined;
      },
      change: (_entries, given) => given,
    },
  ],
  ['modify', { parse: parseAcl, change: (entries, given) => [...without(entries, given), ...given] }],
  [
    'remove',
    {
      parse: (header) => {
        const entries = parseAclKeys(header);
        return entries?.some(isOwnerGroupOrOther) ? undefined : entries;
      },
      change: without,
    },
  ],
] satisfies [string, AclChangeMode][]);

/**
 * Path Update with `action=setAccessControlRecursive`: a directory and everything below it, in pages. A page is one
 * transaction. Default entries apply to directories only.
 */
export function setAccessControlRecursive(lake: Lake, request: PathRequest): PathAnswer {
  const { query } = request;
  const mode = modes.get(query.get('mode') ?? '');
  if (mode === undefined) throw pathErrors.invalidQuery('mode');
  const given = mode.parse(request.header('x-ms-acl') ?? '');
  if (given === undefined) throw pathErrors.invalidHeader('x-ms-acl');
  const size = Math.min(numberOf(request, 'maxRecords') ?? mostRecords, mostRecords);
  if (size === 0) throw pathErrors.invalidQuery('maxRecords');
  const after = continuationOf(request);

  const counts = { directoriesSuccessful: 0, filesSuccessful: 0, failureCount: 0, failedEntries: [] };
  return lake.store.write(() => {
    let last = '';
    for (const node of topAndBelow(lake, nodeAt(lake, request), after)) {
      if (counts.directoriesSuccessful + counts.filesSuccessful === size)
        return { status: 200, headers: { 'x-ms-continuation': toContinuation(last) }, body: counts };
      last = node.name;
      applyChange(lake, node, mode, given);
      counts[node.kind === 'directory' ? 'directoriesSuccessful' : 'filesSuccessful']++;
    }
    return { status: 200, body: counts };
  });
}

function* topAndBelow({ store }: Lake, top: Node, after: string | undefined): Generator<Node> {
  if (after === undefined) yield top;
  if (top.kind === 'directory')
    yield* walk(store.listing, top, { recursive: true, ...(after !== undefined && { after }) });
}

function applyChange(lake: Lake, node: Node, mode: AclChangeMode, given: Entries): void {
  const { access } = node;
  const own = node.kind === 'directory' ? given : given.filter(({ isDefault }) => !isDefault);
  access.acl = formatAcl(withMask(mode.change(parseAcl(access.acl) ?? [], own)));
  lake.namespace.changed(node);
}

/** Also removes a mask that has to be recalculated. */
function without(entries: Entries, gone: Entries): Entries {
  const keys = new Set(gone.map(aclKey));
  const isStale = ({ kind, isDefault }: AclEntry) =>
    kind === 'mask' && gone.some((entry) => entry.isDefault === isDefault);
  return entries.filter((entry) => !keys.has(aclKey(entry)) && !isStale(entry));
}

/** Path Get Properties with `action=getStatus`: system properties of a path, without metadata. */
export function getStatus(lake: Lake, request: PathRequest): PathAnswer {
  const node = nodeAt(lake, request);
  validateReadConditions(request.context, conditionsOf(request), node);
  const { properties, kind, access } = node;
  return {
    status: 200,
    headers: {
      ...versionHeaders(node),
      'content-length': String(properties.contentLength ?? 0),
      'x-ms-resource-type': kind,
      ...accessHeaders(access),
    },
  };
}
