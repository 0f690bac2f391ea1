import type { AdoptionEstimate } from '../../model/reconcile/adoption.ts';
import { toTable } from '../output/to-table.ts';
import { count } from '../plain-text.ts';

const GB = 1024 ** 3;

/** What a dry run says of adopting, for people. */
export function describeAdoption({
  keys,
  bytes,
  versionedKeys,
  versionedBytes,
  bytesRead,
  dollars,
  assumption,
}: AdoptionEstimate): string {
  const { writes, reads, transfer, versionsPerMonth } = dollars;
  const table = toTable([
    ['ADOPTABLE', '', 'DOLLARS'],
    ['keys', `${count(keys, 'key')}, ${gigabytes(bytes)}`, money(writes)],
    ['to be read', gigabytes(bytesRead), money(reads + transfer)],
    [
      'new versions',
      `${count(versionedKeys, 'version')}, ${gigabytes(versionedBytes)}`,
      `${money(versionsPerMonth)} a month`,
    ],
  ]);
  return `${table}${assumption}\n`;
}

function gigabytes(bytes: number): string {
  if (bytes > 0 && bytes < GB / 1000) return 'less than 0.001 GB';
  return `${(bytes / GB).toLocaleString('en', { maximumFractionDigits: 3 })} GB`;
}

function money(dollars: number): string {
  return dollars > 0 && dollars < 0.01 ? 'less than 0.01' : dollars.toFixed(2);
}
