/**
 * Makes a failing list of choices as short and as small as possible while it still fails: ranges of choices
 * are left out, then set to 0, then lowered, in ever smaller ranges, until none helps.
 */
export async function shrink(
  row: readonly number[],
  fails: (row: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let best = withoutTrailingZeros(row);

  async function attempt(candidate: readonly number[]): Promise<boolean> {
    if (!isSimpler(candidate, best) || !(await fails(candidate))) return false;
    best = withoutTrailingZeros(candidate);
    return true;
  }

  for (let before: readonly number[] = []; before !== best;) {
    before = best;
    for (let length = Math.max(1, best.length >> 1); length >= 1; length >>= 1) {
      for (let at = best.length - length; at >= 0; at--) {
        if (await attempt(best.toSpliced(at, length))) continue;
        await attempt(best.map((choice, i) => (i >= at && i < at + length ? 0 : choice)));
      }
    }
    for (let at = 0; at < best.length; at++) {
      for (let lower = 0; lower < (best[at] ?? 0); lower++) if (await attempt(best.with(at, lower))) break;
    }
  }
  return best;
}

/** Shorter, or as long and smaller at the first difference: so shrinking ends. */
function isSimpler(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return one.length < other.length;
  const at = one.findIndex((choice, i) => choice !== other[i]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** A list that has ended gives zeros. */
function withoutTrailingZeros(row: readonly number[]): readonly number[] {
  return row.slice(0, row.findLastIndex((choice) => choice > 0) + 1);
}
