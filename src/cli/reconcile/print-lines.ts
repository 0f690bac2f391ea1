import type { ReportLine } from '../../model/reconcile/run.ts';
import { printEach } from '../output/print-each.ts';
import { quote } from '../plain-text.ts';

const COLUMN = 20;

/** Lines of a report on standard output, no faster than they are taken. */
export async function printLines(lines: AsyncIterable<string>, format: 'table' | 'json'): Promise<void> {
  await printEach(format === 'json' ? lines : toTexts(lines));
}

async function* toTexts(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield toColumns(JSON.parse(line) as ReportLine);
}

export function toColumns({ container, path, verdict, reason, code, detail }: ReportLine): string {
  const why = [reason ?? code, detail].filter((part) => part !== undefined).join(': ');
  return [verdict.padEnd(COLUMN), quote(`${container}/${path}`), why].filter(Boolean).join('  ');
}
