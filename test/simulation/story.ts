/** Takes one line of a history. Undefined when it is not read, since text takes time. */
export type Tell = (who: string, what: string) => void;

/** A history in words, a line for each step. */
export function createStory(): { readonly tell: Tell; readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    tell: (who, what) => {
      lines.push(`${String(lines.length + 1).padStart(3)}  ${who.padEnd(10)}  ${what}`);
    },
  };
}
