import { type AclEntry, formatAcl, parseAcl, toBits, toLetters } from './acl.js';

/** What the owner, the group and all others may do, each as three bits. */
export type Mode = readonly [owner: number, group: number, other: number];

/** `x-ms-permissions` or `x-ms-umask`: `rwxr-x---` or `0750`; undefined when it is neither. */
export function parseMode(text: string): Mode | undefined {
  const [, ...octal] = /^0?([0-7])([0-7])([0-7])$/.exec(text) ?? [];
  const [, ...letters] = /^([r-][w-][x-])([r-][w-][x-])([r-][w-][x-])$/.exec(text) ?? [];
  const [owner, group, other] = octal.length > 0 ? octal.map(Number) : letters.map(toBits);
  return owner === undefined || group === undefined || other === undefined
    ? undefined
    : [owner, group, other];
}

/** The nine letters of `x-ms-permissions`, and a plus when there are more entries than they can tell. */
export function toPermissions(acl: string): string {
  const access = (parseAcl(acl) ?? []).filter(({ isDefault }) => !isDefault);
  const isExtended = access.some(({ kind, id }) => kind === 'mask' || id !== '');
  const letters = classes(access).map((entry) => entry?.permissions ?? '---');
  return `${letters.join('')}${isExtended ? '+' : ''}`;
}

/** An access control list after `x-ms-permissions` was set. */
export function withPermissions(acl: string, mode: Mode): string {
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

const everything: Readonly<Record<'file' | 'directory', Mode>> = { file: [6, 6, 6], directory: [7, 7, 7] };
const defaultUmask: Mode = [0, 2, 7];

/**
 * The list of something new: of what its directory gives by default, as far as the mode allows, or else of the mode
 * without what the umask forbids (learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/create).
 */
export function newAcl(
  kind: 'file' | 'directory',
  parentAcl: string | undefined,
  mode: Mode = everything[kind],
  umask: Mode = defaultUmask,
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
