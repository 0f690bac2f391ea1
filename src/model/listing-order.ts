/**
 * Whether one path comes after another in every order that a service was seen to list in: by code units (an emulator),
 * by code points (flat accounts), and either with the slash before all else (hierarchical accounts, which list a
 * directory's children before its longer-named neighbours).
 */
export function comesAfter(path: string, other: string): boolean {
  return [path, path.replaceAll('/', '\0')].every((spelling, i) => {
    const against = i === 0 ? other : other.replaceAll('/', '\0');
    return spelling > against && Buffer.compare(Buffer.from(spelling), Buffer.from(against)) > 0;
  });
}

/** By code units, as an emulator lists. The same as by code points, as flat accounts list, for names of the basic plane. */
export function comesBefore(path: string, other: string): boolean {
  return path < other;
}

/** By code points, which is by bytes of UTF-8, too. */
export function comesBeforeByPoint(path: string, other: string): boolean {
  const at = firstDifference(path, other);
  if (at === undefined) return path.length < other.length;
  return rankOf(path.charCodeAt(at)) < rankOf(other.charCodeAt(at));
}

const SLASH = '/'.charCodeAt(0);

/** The slash before all else, as hierarchical accounts list: a directory, what is below it, and then its longer-named neighbours. */
export function comesBeforeInTree(path: string, other: string): boolean {
  const at = firstDifference(path, other);
  if (at === undefined) return path.length < other.length;
  const [one, another] = [path.charCodeAt(at), other.charCodeAt(at)];
  return one === SLASH || (another !== SLASH && one < another);
}

function firstDifference(path: string, other: string): number | undefined {
  const length = Math.min(path.length, other.length);
  for (let i = 0; i < length; i++) if (path.charCodeAt(i) !== other.charCodeAt(i)) return i;
  return undefined;
}

/** Surrogates come after all else, as the characters that they encode do. */
function rankOf(unit: number): number {
  return 0xd800 <= unit && unit < 0xe000 ? unit + 0x10000 : unit;
}
