import { once } from 'node:events';

/** Lines on standard output, no faster than they are taken; nothing more once nobody takes them: `| head`. */
export async function printEach(lines: AsyncIterable<string>): Promise<void> {
  const { stdout } = process;
  const gone = new Promise<void>((resolve) => stdout.once('error', () => resolve()));
  for await (const line of lines) {
    if (!stdout.write(`${line}\n`)) await Promise.race([once(stdout, 'drain'), gone]);
    if (stdout.errored) return;
  }
}
