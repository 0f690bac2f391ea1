import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { DIFFERENCES } from '../../src/api/difference.ts';

const ROW = /^\| `([\w-]+)` +\| (.+?) +\|$/gm;

it('the page on verify explains every difference that it can tell, and no other', async () => {
  const page = await readFile(new URL('../../docs/verify.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(ROW)].map(([, name, meaning]) => [name, meaning]);
  expect(rows).toEqual(Object.entries(DIFFERENCES));
});
