import { once } from 'node:events';
import type { ReportLine } from '../../model/reconcile/run.js';
import { quote } from '../plain-text.js';

const COLUMN = 20;

/** Lines of a report on standard output, no faster than they are taken. */
export async function printLines(lines: AsyncIterable<string>, format: 'table' | 'json'): Promise<void> {
  const { stdout } = process;
  // Whoever reads may have seen enough: `| head`.
  const gone = new Promise<void>((resolve) => stdout.once('error', () => resolve()));
  for await (const line of lines) {
    const text = format === 'json' ? line : toColumns(JSON.parse(line) as ReportLine);
    if (!stdout.write(`${text}\n`)) await Promise.race([once(stdout, 'drain'), gone]);
    if (stdout.errored) return;
  }
}

export function toColumns({ container, path, verdict, reason, code, detail }: ReportLine): string {
  const why = [reason ?? code, detail].filter((part) => part !== undefined).join(': ');
  return [verdict.padEnd(COLUMN), quote(`${container}/${path}`), why].filter(Boolean).join('  ');
}
