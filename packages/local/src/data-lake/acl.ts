import type { BlobKind, PathAccess } from '../store/blob.ts';

/** One entry of an access control list, in the form of `x-ms-acl`: `[default:]kind:id:rwx`. */
export interface AclEntry {
  readonly isDefault: boolean;
  readonly kind: 'user' | 'group' | 'mask' | 'other';
  /** Empty for the owner and the owning group. */
  readonly id: string;
  /** `rwx`, with `-` for each right that is not granted. */
  readonly permissions: string;
}

const kinds: readonly AclEntry['kind'][] = ['user', 'group', 'mask', 'other'];
const form = /^(default:)?(user|group|mask|other)(?::([^:,]*))?(?::([r-][w-][x-]))?$/;

/** Parses `x-ms-acl`; undefined when it is malformed or names an entry twice. */
export function parseAcl(text: string): readonly AclEntry[] | undefined {
  return parse(text, true);
}

/** Parses entries to be removed: `x-ms-acl` without permissions, which are `---` in the result. */
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

/** What an entry applies to: scope, kind and id. */
export function aclKey({ isDefault, kind, id }: Pick<AclEntry, 'isDefault' | 'kind' | 'id'>): string {
  return `${isDefault ? 'default:' : ''}${kind}:${id}`;
}

/** Adds a mask where named users or groups need one: the union of their rights and the owning group's. */
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

/** `r-x` as 5. In the last place `t` is the sticky bit with `x`, and `T` the sticky bit without it. */
function toBits(letters: string): number {
  return letters.split('').reduce((bits, letter) => (bits << 1) | Number(!/[-T]/.test(letter)), 0);
}

/** 5 as `r-x`. */
function toLetters(bits: number): string {
  return ['r', 'w', 'x'].map((letter, index) => ((bits >> (2 - index)) & 1 ? letter : '-')).join('');
}

/** The rights of owner, group and others, three bits each. */
export type Classes = readonly [owner: number, group: number, other: number];

export interface Mode {
  readonly classes: Classes;
  /** Of a directory: only the owner of an entry in it may delete or rename that entry. */
  readonly sticky: boolean;
}

/**
 * `x-ms-permissions` or `x-ms-umask`: `rwxr-x---` or `0750`; undefined for anything else. The sticky bit is
 * the first of four digits, or the last character: `t`, or `T` where others may not execute.
 */
export function parseMode(text: string): Mode | undefined {
  const [, first, ...octal] = /^([01])?([0-7])([0-7])([0-7])$/.exec(text) ?? [];
  const [, ...letters] = /^([r-][w-][x-])([r-][w-][x-])([r-][w-][xtT-])$/.exec(text) ?? [];
  const [owner, group, other] = octal.length > 0 ? octal.map(Number) : letters.map(toBits);
  if (owner === undefined || group === undefined || other === undefined) return undefined;
  return { classes: [owner, group, other], sticky: first === '1' || /t$/i.test(text) };
}

/** The nine characters of `x-ms-permissions`, and a plus when the list has further entries. */
export function toPermissions({ acl, sticky }: Pick<PathAccess, 'acl' | 'sticky'>): string {
  const access = (parseAcl(acl) ?? []).filter(({ isDefault }) => !isDefault);
  const isExtended = access.some(({ kind, id }) => kind === 'mask' || id !== '');
  const letters = classes(access)
    .map((entry) => entry?.permissions ?? '---')
    .join('');
  const last = letters.endsWith('x') ? 't' : 'T';
  return `${sticky ? letters.slice(0, -1) + last : letters}${isExtended ? '+' : ''}`;
}

/** An access control list after `x-ms-permissions` was set. */
export function withPermissions(acl: string, mode: Classes): string {
  const entries = parseAcl(acl) ?? [];
  const access = classes(entries.filter(({ isDefault }) => !isDefault));
  return formatAcl(
    entries.map((entry) => {
      const bits = mode[access.indexOf(entry)];
      return bits === undefined ? entry : { ...entry, permissions: toLetters(bits) };
    }),
  );
}

/**
 * The entries behind the nine permission characters. As in POSIX, the group's are the mask's, if any.
 */
function classes(access: readonly AclEntry[]): readonly (AclEntry | undefined)[] {
  const of = (kind: AclEntry['kind']) => access.find((entry) => entry.kind === kind && entry.id === '');
  return [of('user'), of('mask') ?? of('group'), of('other')];
}

const everything: Readonly<Record<BlobKind, Classes>> = { file: [6, 6, 6], directory: [7, 7, 7] };
const defaultUmask: Classes = [0, 2, 7];

/**
 * The list of a new path: its directory's default entries, limited by the mode, or else the mode without the
 * bits of the umask (learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/create).
 */
export function newAcl(
  kind: BlobKind,
  parentAcl: string | undefined,
  mode: Classes = everything[kind],
  umask: Classes = defaultUmask,
): string {
  const given = (parseAcl(parentAcl ?? '') ?? []).filter(({ isDefault }) => isDefault);
  if (given.length > 0) {
    const access = given.map((entry) => ({ ...entry, isDefault: false }));
    const limited = classes(access);
    return formatAcl([
      ...access.map((entry) => {
        const limit = mode[limited.indexOf(entry)];
        return limit === undefined
          ? entry
          : { ...entry, permissions: toLetters(toBits(entry.permissions) & limit) };
      }),
      ...(kind === 'directory' ? given : []),
    ]);
  }
  const [owner, group, other] = mode.map((bits, index) => toLetters(bits & ~(umask[index] ?? 0)));
  return `user::${owner},group::${group},other::${other}`;
}
