/** The candidate that was probably meant by a misspelt word, for a hint. Undefined: none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const ranked = [...candidates].map((candidate) => ({ candidate, away: distance(word, candidate) }));
  const [best] = ranked.toSorted((one, other) => one.away - other.away);
  if (best === undefined || best.away > Math.max(2, best.candidate.length / 3)) return undefined;
  return best.candidate;
}

/** How many characters have to be inserted, removed, replaced or swapped with their neighbour (Damerau-Levenshtein). */
export function distance(one: string, other: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = at(row, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next.push(
        Math.min(at(row, j) + 1, at(next, j - 1) + 1, replaced, isSwap ? at(before, j - 2) + 1 : Infinity),
      );
    }
    [before, row] = [row, next];
  }
  return at(row, other.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
