import { nodeAt } from './access-control.ts';
import { isWhole } from './access.ts';
import { type AclEntry, aclKey, formatAcl, parseAcl, parseAclKeys, withMask } from './acl.ts';
import { toContinuation, toPath } from './continuation.ts';
import { type Node, isDirectory, pathOf } from './entry.ts';
import type { Lake, PathAnswer } from './lake.ts';
import { pathErrors } from './path-error.ts';
import { type PathRequest, numberOf } from './path-request.ts';
import { walk } from './walk.ts';

const mostRecords = 2000;

type Entries = readonly AclEntry[];

interface Mode {
  /** What the header says; undefined for what this mode cannot take. */
  readonly parse: (header: string) => Entries | undefined;
  readonly change: (entries: Entries, given: Entries) => Entries;
}

const isOwnerGroupOrOther = ({ kind, id, isDefault }: AclEntry) => !isDefault && kind !== 'mask' && id === '';

const modes: ReadonlyMap<string, Mode> = new Map([
  [
    'set',
    {
      parse: (header) => {
        const entries = parseAcl(header);
        return entries && isWhole(entries, 'directory') ? entries : undefined;
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
] satisfies [string, Mode][]);

/**
 * Path Update with `action=setAccessControlRecursive`: a directory and all that is below it, in pages. Files have no
 * default entries, so those given are for the directories.
 */
export function setAccessControlRecursive(lake: Lake, request: PathRequest): PathAnswer {
  const { query } = request;
  const mode = modes.get(query.get('mode') ?? '');
  if (mode === undefined) throw pathErrors.invalidQuery('mode');
  const given = mode.parse(request.header('x-ms-acl') ?? '');
  if (given === undefined) throw pathErrors.invalidHeader('x-ms-acl');
  const top = nodeAt(lake, request);
  const size = Math.min(numberOf(request, 'maxRecords') ?? mostRecords, mostRecords);
  if (size === 0) throw pathErrors.invalidQuery('maxRecords');

  const counts = { directoriesSuccessful: 0, filesSuccessful: 0, failureCount: 0, failedEntries: [] };
  let last = '';
  for (const node of topAndBelow(top, toPath(query.get('continuation')))) {
    if (counts.directoriesSuccessful + counts.filesSuccessful === size)
      return { status: 200, headers: { 'x-ms-continuation': toContinuation(last) }, body: counts };
    last = pathOf(node);
    apply(lake, node, mode, given);
    counts[isDirectory(node) ? 'directoriesSuccessful' : 'filesSuccessful']++;
  }
  return { status: 200, body: counts };
}

function* topAndBelow(top: Node, after: string | undefined): Generator<Node> {
  if (after === undefined) yield top;
  if (isDirectory(top)) yield* walk(top, { recursive: true, ...(after !== undefined && { after }) });
}

function apply(lake: Lake, node: Node, mode: Mode, given: Entries): void {
  const { entry } = node.document;
  const own = isDirectory(node) ? given : given.filter(({ isDefault }) => !isDefault);
  entry.acl = formatAcl(withMask(mode.change(parseAcl(entry.acl) ?? [], own)));
  lake.namespace.changed(node);
}

/** Also without a mask that is to be made anew, since what it stands for changes. */
function without(entries: Entries, gone: Entries): Entries {
  const keys = new Set(gone.map(aclKey));
  const isStale = ({ kind, isDefault }: AclEntry) =>
    kind === 'mask' && gone.some((entry) => entry.isDefault === isDefault);
  return entries.filter((entry) => !keys.has(aclKey(entry)) && !isStale(entry));
}
