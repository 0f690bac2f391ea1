import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { HEALTH_CODES } from '../../src/api/health-codes.ts';

const read = async (path: string): Promise<string> =>
  await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

it('docs/operations.md has every problem of health, with what to do as the command line tells it', async () => {
  const page = await read('docs/operations.md');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\|[^|]+\| ([^|]+?) +\| `([^`]+)` +\|$/gm)];
  const told = rows.map(([, code, toDo, next]) => [code, { toDo, next }]);
  expect(Object.fromEntries(told)).toEqual(HEALTH_CODES);
});

it('the alert for all problems leaves out those that exist and are watched by another rule, as the page says', async () => {
  const [page, alerts] = await Promise.all([read('docs/operations.md'), read('infra/app/alerts.bicep')]);
  const left = /Code !in \(([^)]*)\)/.exec(alerts)?.[1]?.match(/[a-z-]+/g) ?? [];
  expect(left.length).toBeGreaterThan(0);
  expect(Object.keys(HEALTH_CODES)).toEqual(expect.arrayContaining(left));
  const told = /left out are ([^.]*), which have rules of their own/
    .exec(page)?.[1]
    ?.match(/[a-z]+-[a-z-]+/g);
  expect(told).toEqual(left);
});

it('docs/operations.md has every alert that is set up on Azure, and no other', async () => {
  const page = await read('docs/operations.md');
  const section = page.slice(page.indexOf('\n## Alerts\n'), page.indexOf('\n## Runbooks\n'));
  const told = [...section.matchAll(/^\| `([A-Za-z-]+)` +\|/gm)].map(([, name]) => name);
  const files = await Promise.all(
    ['alerts', 'event-subscription'].map((name) => read(`infra/app/${name}.bicep`)),
  );
  // An entry of a list of alerts, by its name and what stands behind that.
  const made = [...files.join('').matchAll(/^ {4}name: '([A-Za-z-]+)'\n {4}(?:about|severity):/gm)];
  expect(made.length).toBeGreaterThan(8);
  expect(new Set(told)).toEqual(new Set(made.map(([, name]) => name)));
});
