/** One entry of an access control list, as `x-ms-acl` has it: `[default:]kind:id:rwx`. */
export interface AclEntry {
  readonly isDefault: boolean;
  readonly kind: 'user' | 'group' | 'mask' | 'other';
  /** Empty for the owner and the owning group. */
  readonly id: string;
  /** `rwx`, with `-` for what is not allowed. */
  readonly permissions: string;
}

const kinds: readonly AclEntry['kind'][] = ['user', 'group', 'mask', 'other'];
const form = /^(default:)?(user|group|mask|other)(?::([^:,]*))?(?::([r-][w-][x-]))?$/;

/** What `x-ms-acl` says; undefined when it is not of that form or names somebody twice. */
export function parseAcl(text: string): readonly AclEntry[] | undefined {
  return parse(text, true);
}

/** Whom entries to be removed are about: as `x-ms-acl` has it then, without permissions, which here are none. */
export function parseAclKeys(text: string): readonly AclEntry[] | undefined {
  return parse(text, false);
}

function parse(text: string, needsPermissions: boolean): readonly AclEntry[] | undefined {
  const entries: AclEntry[] = [];
  for (const part of text.split(',')) {
    const [, scope, name, id = '', permissions] = form.exec(part) ?? [];
    const kind = kinds.find((each) => each === name);
    const mayHaveId = kind === 'user' || kind === 'group';
    if (kind === undefined || (id !== '' && !mayHaveId)) return undefined;
    if (needsPermissions && permissions === undefined) return undefined;
    entries.push({ isDefault: scope !== undefined, kind, id, permissions: permissions ?? '---' });
  }
  return new Set(entries.map(aclKey)).size === entries.length ? entries : undefined;
}

/** In the order in which Azure answers: access before default, owner, users, group, groups, mask, other. */
export function formatAcl(entries: readonly AclEntry[]): string {
  const rank = (entry: AclEntry) => (entry.isDefault ? 4 : 0) + kinds.indexOf(entry.kind);
  const inOrder = entries.toSorted(
    (left, right) => rank(left) - rank(right) || (left.id < right.id ? -1 : Number(left.id > right.id)),
  );
  return inOrder.map((entry) => `${aclKey(entry)}:${entry.permissions}`).join(',');
}

/** Whom an entry is about. */
export function aclKey({ isDefault, kind, id }: Pick<AclEntry, 'isDefault' | 'kind' | 'id'>): string {
  return `${isDefault ? 'default:' : ''}${kind}:${id}`;
}

/** With a mask where named users or groups make one needed: all that they and the owning group may do. */
export function withMask(entries: readonly AclEntry[]): readonly AclEntry[] {
  const masks = [false, true].flatMap((isDefault): AclEntry[] => {
    const own = entries.filter((entry) => entry.isDefault === isDefault);
    if (own.some(({ kind }) => kind === 'mask') || !own.some(({ id }) => id !== '')) return [];
    const masked = own.filter(({ kind, id }) => kind === 'group' || id !== '');
    const bits = masked.reduce((union, { permissions }) => union | toBits(permissions), 0);
    return [{ isDefault, kind: 'mask', id: '', permissions: toLetters(bits) }];
  });
  return [...entries, ...masks];
}

/** `r-x` as 5. In the last place `t` is an `x` too, and `T` is none: both tell of the sticky bit. */
export function toBits(letters: string): number {
  return letters.split('').reduce((bits, letter) => (bits << 1) | Number(!/[-T]/.test(letter)), 0);
}

/** 5 as `r-x`. */
export function toLetters(bits: number): string {
  return ['r', 'w', 'x'].map((letter, index) => ((bits >> (2 - index)) & 1 ? letter : '-')).join('');
}
