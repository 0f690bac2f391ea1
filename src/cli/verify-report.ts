import type { Tally } from '../app/verify-accounts.ts';
import type { Difference, Place } from '../model/difference.ts';
import type { Key } from '../model/key.ts';
import { count, quote } from './plain-text.ts';

export interface FindingsPrinter {
  difference(place: Place, difference: Difference): void;
  stillMoving(key: Key): void;
}

const COLUMN = 20;

/** One line for each finding: JSON, or columns for people. */
export function createFindingsPrinter(
  format: 'table' | 'json',
  write: (line: string) => void,
): FindingsPrinter {
  if (format === 'json') {
    const line = (fields: object): void => write(`${JSON.stringify(fields)}\n`);
    return {
      difference: ({ container, path }, difference) =>
        line({ finding: 'difference', container, ...(path !== undefined && { path }), ...difference }),
      stillMoving: ({ container, path }) => line({ finding: 'still-moving', container, path }),
    };
  }
  return {
    difference: (place, { difference, name, source, backup }) => {
      const values =
        source === undefined && backup === undefined ? '' : `${quote(source)} -> ${quote(backup)}`;
      const columns = [
        difference.padEnd(COLUMN),
        placeText(place),
        name === undefined ? '' : quote(name),
        values,
      ];
      write(`${columns.filter(Boolean).join('  ')}\n`);
    },
    stillMoving: (key) => write(`${'still-moving'.padEnd(COLUMN)}  ${placeText(key)}\n`),
  };
}

export function describeProgress(tally: Tally, seconds: number): string {
  const rate = Math.round(tally.blobs / Math.max(seconds, 0.001));
  return `${count(tally.blobs, 'blob')}, ${rate.toLocaleString('en')}/s, ${count(tally.differences, 'difference')}`;
}

/** `stopped`: why it ended before everything was compared. */
export function describeSummary(tally: Tally, seconds: number, stopped?: 'interrupted' | 'limit'): string {
  const found =
    tally.differences === 0
      ? 'no difference'
      : `${count(tally.differences, 'difference')} in ${count(tally.differing, 'place')}`;
  const early = { interrupted: ' before it was interrupted', limit: ' before the limit was reached' };
  return [
    `${countCompared(tally)} in ${count(tally.containers, 'container')} compared in ${seconds.toFixed(1)} s${
      stopped === undefined ? '' : early[stopped]
    }: ${found}`,
    tally.stillMoving > 0 && `${count(tally.stillMoving, 'blob')} kept changing and could not be judged`,
    tally.contentUnproven > 0 &&
      `the content of ${count(tally.contentUnproven, 'blob')} was not compared, for want of an MD5 on both sides or because it was not asked for: --content read reads it`,
    tally.kept > 0 && `${count(tally.kept, 'blob')} gone from the source and kept by the settings`,
    tally.replicas > 0 &&
      `${count(tally.replicas, 'blob')} of the source came from the backup account and left out`,
  ]
    .filter((line) => line !== false)
    .map((line) => `${line}\n`)
    .join('');
}

function countCompared({ blobs, directories }: Tally): string {
  const counted = count(blobs, 'blob');
  if (directories === 0) return counted;
  return `${counted} and ${directories.toLocaleString('en')} ${directories === 1 ? 'directory' : 'directories'}`;
}

function placeText({ container, path }: Place): string {
  return quote(path === undefined ? container : `${container}/${path}`);
}
