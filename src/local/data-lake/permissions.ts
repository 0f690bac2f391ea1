import type { Entry } from './entry.ts';
import { type AclEntry, formatAcl, parseAcl, toBits, toLetters } from './acl.ts';

/** What the owner, the group and all others may do, each as three bits. */
export type Classes = readonly [owner: number, group: number, other: number];

export interface Mode {
  readonly classes: Classes;
  /** Of a directory: only the owner of what is in it may delete or rename that. */
  readonly sticky: boolean;
}

/**
 * `x-ms-permissions` or `x-ms-umask`: `rwxr-x---` or `0750`; undefined when it is neither. The sticky bit is the first
 * of four digits, or the last letter as `t`, or `T` where others may not execute.
 */
export function parseMode(text: string): Mode | undefined {
  const [, first, ...octal] = /^([01])?([0-7])([0-7])([0-7])$/.exec(text) ?? [];
  const [, ...letters] = /^([r-][w-][x-])([r-][w-][x-])([r-][w-][xtT-])$/.exec(text) ?? [];
  const [owner, group, other] = octal.length > 0 ? octal.map(Number) : letters.map(toBits);
  if (owner === undefined || group === undefined || other === undefined) return undefined;
  return { classes: [owner, group, other], sticky: first === '1' || /t$/i.test(text) };
}

/** The nine letters of `x-ms-permissions`, and a plus when there are more entries than they can tell. */
export function toPermissions({ acl, sticky }: Pick<Entry, 'acl' | 'sticky'>): string {
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

/** The entries that the three times three letters stand for. As POSIX has it, the mask where there is one. */
function classes(access: readonly AclEntry[]): readonly (AclEntry | undefined)[] {
  const of = (kind: AclEntry['kind']) => access.find((entry) => entry.kind === kind && entry.id === '');
  return [of('user'), of('mask') ?? of('group'), of('other')];
}

const everything: Readonly<Record<'file' | 'directory', Classes>> = { file: [6, 6, 6], directory: [7, 7, 7] };
const defaultUmask: Classes = [0, 2, 7];

/**
 * The list of something new: of what its directory gives by default, as far as the mode allows, or else of the mode
 * without what the umask forbids (learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/create).
 */
export function newAcl(
  kind: 'file' | 'directory',
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
