import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { METRICS } from '../../src/telemetry/metric-table.ts';

it('the page of the metrics has every metric with its kind, unit and attributes, and no other', async () => {
  const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `blobmirror.'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(
    Object.values(METRICS).map(({ name, kind, unit, attributes, description }) => [
      `\`${name}\``,
      kind,
      `\`${unit}\``,
      attributes.map((attribute) => `\`${attribute}\``).join(', ') || 'none',
      description,
    ]),
  );
});
