/** A line for whoever watches: on standard error, since standard output is for data alone. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
