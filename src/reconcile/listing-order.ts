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

/** By code units, as an emulator lists; on names of one plane also by code points, as flat accounts do. */
export function comesBefore(path: string, other: string): boolean {
  return path < other;
}

const SLASH = '/'.charCodeAt(0);

/** The slash before all else, as hierarchical accounts list: a directory, what is below it, and then its longer-named neighbours. */
export function comesBeforeInTree(path: string, other: string): boolean {
  const length = Math.min(path.length, other.length);
  for (let i = 0; i < length; i++) {
    const [one, another] = [path.charCodeAt(i), other.charCodeAt(i)];
    if (one === another) continue;
    return one === SLASH || (another !== SLASH && one < another);
  }
  return path.length < other.length;
}
