import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { HEALTH_CODES } from '../../../src/model/health-codes.js';

it('docs/operations.md has every problem of health, with what to do as the command line tells it', async () => {
  const page = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\|[^|]+\| ([^|]+?) +\| `([^`]+)` +\|$/gm)];
  const told = rows.map(([, code, toDo, next]) => [code, { toDo, next }]);
  expect(Object.fromEntries(told)).toEqual(HEALTH_CODES);
});
