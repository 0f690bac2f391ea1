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
