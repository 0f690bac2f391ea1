/**
 * Whether a text is of a pattern: `*` stands for any run of characters, `?` for any one, and every other character for
 * itself, its case included.
 *
 * These are the wildcards that AzCopy documents. It hands its patterns to Go's path.Match, which also reads `[a-z]` and
 * `\`; a blob's name may well hold brackets, braces, backslashes and exclamation marks, so here they are just
 * characters. A glob library would give each of them a meaning. The time is at most the product of both lengths.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  return consume(
    Array.from(pattern),
    Array.from(text),
    (wanted, character) => wanted === character || wanted === '?',
  );
}

/** Whether the wide pattern takes every text that the narrow one takes. */
export function coversWildcard(wide: string, narrow: string): boolean {
  return consume(
    Array.from(wide),
    Array.from(narrow),
    (wanted, token) => token !== '*' && (wanted === token || wanted === '?'),
  );
}

/** Greedy: only the last `*` that was met ever needs to take more, since an earlier one gains nothing by it. */
function consume(
  pattern: readonly string[],
  text: readonly string[],
  takes: (wanted: string, character: string) => boolean,
): boolean {
  let [at, star, starTook] = [0, -1, 0];
  for (let i = 0; i < text.length; i++) {
    const [wanted, character = ''] = [pattern[at], text[i]];
    if (wanted === '*') {
      star = at++;
      starTook = i--;
    } else if (wanted !== undefined && takes(wanted, character)) {
      at++;
    } else if (star >= 0) {
      at = star + 1;
      i = starTook++;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
