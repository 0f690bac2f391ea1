/** A single fault, as a tired engineer would write it. */
export interface Fault {
  /** What the code would do, as subject, verb, object. Unique. */
  readonly name: string;
  /** A source below src/ or packages/local/src/. */
  readonly path: string;
  /** Text that occurs in it exactly once. */
  readonly from: string;
  readonly to: string;
  /** Files of tests, or globs, one of which must fail. They load the source in their own process, not a built one. */
  readonly near: readonly string[];
  /** Only the test with this full title, where its file takes seconds. */
  readonly test?: string;
  /** Tried with `--all` only: others on the list show that the same tests notice what is near them. */
  readonly isSpare?: true;
}

/** The text with the fault in it. */
export function putIn({ name, path, from, to }: Fault, text: string): string {
  const times = text.split(from).length - 1;
  if (times !== 1)
    throw new RangeError(
      `the fault "${name}" is out of date: its text occurs ${times} times in ${path}, not once: ${JSON.stringify(from)}`,
    );
  return text.replace(from, () => to);
}
