import type { Result } from './result.ts';

const COLUMNS: readonly {
  readonly title: string;
  readonly digits: number;
  readonly of: (result: Result) => number;
}[] = [
  { title: 'wall, s', digits: 2, of: ({ seconds }) => seconds },
  { title: 'CPU per blob, µs', digits: 1, of: ({ cpuSeconds, blobs }) => (cpuSeconds * 1e6) / blobs },
  { title: 'requests per blob', digits: 4, of: ({ requests, blobs }) => requests / blobs },
  { title: 'peak, MiB', digits: 0, of: ({ peakMiB }) => peakMiB },
];

/** A line for each tool and phase, each figure with what ours is of it. */
export function printTable(results: readonly Result[]): void {
  const [first] = results;
  if (first === undefined) return;
  console.log(
    `\n${first.blobs} blobs of 1 KiB. In brackets: how many times ours the figure is.\n\n` +
      `| phase | tool | ${COLUMNS.map(({ title }) => title).join(' | ')} | equal |\n` +
      `| --- | --- | ${COLUMNS.map(() => '---:').join(' | ')} | --- |`,
  );
  for (const result of results) {
    const ours = results.find(({ phase, tool }) => phase === result.phase && tool === first.tool);
    const cells = COLUMNS.map(({ digits, of }) => {
      const value = of(result);
      const times = ours === undefined || ours === result ? '' : ` (${(value / of(ours)).toFixed(2)})`;
      return `${value.toFixed(digits)}${times}`;
    });
    const isEqual = result.isEqual && result.status === 0 ? 'yes' : `no, status ${result.status}`;
    console.log(`| ${result.phase} | ${result.tool} | ${cells.join(' | ')} | ${isEqual} |`);
  }
}
