import type { Access } from '../../model/access.ts';
import type { Difference } from '../../model/difference.ts';
import { compareNames } from './compare-names.ts';
import { compareValues } from './compare-values.ts';

/** The permissions are these entries in other words; the group's are those of the mask where the list has one. */
const TOLD_BY_PERMISSIONS: ReadonlySet<string | undefined> = new Set(['user:', 'group:', 'mask:', 'other:']);
const NOTHING: typeof TOLD_BY_PERMISSIONS = new Set();

/** Nothing where a side does not tell its own. One difference for each entry of the lists that is not the same. */
export function compareAccess(source: Access | undefined, backup: Access | undefined): Difference[] {
  if (source === undefined || backup === undefined) return [];
  const told = source.permissions === backup.permissions ? NOTHING : TOLD_BY_PERMISSIONS;
  return [
    ...compareValues('owner', source.owner, backup.owner),
    ...compareValues('group', source.group, backup.group),
    ...compareValues('permissions', source.permissions, backup.permissions),
    ...compareNames('acl', toEntries(source.acl), toEntries(backup.acl)).filter(
      ({ name }) => !told.has(name),
    ),
  ];
}

/** By whom they are for: `default:user:anna:r-x` as `default:user:anna` with `r-x`. */
function toEntries(acl: string): Readonly<Record<string, string>> {
  const entries = acl.split(',').filter((entry) => entry !== '');
  return Object.fromEntries(entries.map(splitAtLastColon));
}

function splitAtLastColon(entry: string): [string, string] {
  const at = entry.lastIndexOf(':');
  return [entry.slice(0, at), entry.slice(at + 1)];
}
