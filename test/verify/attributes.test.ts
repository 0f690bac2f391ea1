import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DIFFERENCES } from '../../src/api/difference.ts';
import { CORRUPTIONS } from './corruptions.ts';
import { type Attribute, ATTRIBUTES, TOLD_BY } from './support/attributes.ts';
import { ROOT_CORRUPTIONS, TREE_CORRUPTIONS } from './support/tree-corruptions.ts';

const ROWS: readonly (readonly [string, Attribute])[] = Object.entries(ATTRIBUTES);

const page = async (name: string): Promise<string> =>
  await readFile(new URL(`../../${name}`, import.meta.url), 'utf8');

/** Differences that are of no attribute: something is there or is not. */
const OF_BEING_THERE = ['missing-on-backup', 'extra-on-backup', 'container-missing', 'container-extra'];

describe('the table of attributes', () => {
  it('is the one in docs/verify.md', async () => {
    const [, section = ''] = (await page('docs/verify.md')).split('\n## Attributes\n');
    const rows =
      section
        .split('\n## ')[0]
        ?.split('\n')
        .filter((line) => line.startsWith('|')) ?? [];
    const cells = rows.slice(2).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells).toEqual(
      ROWS.map(([name, { of, mirrored, fullSync, verify }]) => [
        name,
        of,
        mirrored,
        fullSync,
        verify.length === 0 ? 'no' : verify.map((difference) => `\`${difference}\``).join(', '),
      ]),
    );
  });

  it('has every difference of an attribute that verify can name, and verify names no other', () => {
    const named = new Set(ROWS.flatMap(([, { verify }]) => verify));
    expect([...named, ...OF_BEING_THERE].toSorted()).toEqual(Object.keys(DIFFERENCES).toSorted());
  });

  it('has nothing that verify looks at and no test plants', () => {
    const planted = new Set(
      [
        ...CORRUPTIONS.flatMap(({ read, md5 = [] }) => [...read, ...md5]),
        ...[...TREE_CORRUPTIONS, ...ROOT_CORRUPTIONS].flatMap(({ differences }) => differences),
        // Done to containers, in corruptions.test.ts.
        'container-metadata',
        'public-access',
      ].map((difference) => difference.split(' ')[0]),
    );
    for (const [name, { verify }] of ROWS)
      for (const difference of verify) expect(planted, `${name}: ${difference}`).toContain(difference);
  });

  it('has a row for everything that a service tells, as far as the SDKs know', () => {
    const names = new Set<string>(ROWS.map(([name]) => name));
    const told = new Set<string>(Object.values(TOLD_BY));
    told.delete('no attribute');
    expect([...told].filter((name) => !names.has(name))).toEqual([]);
  });

  it('has nothing that is not mirrored and that the README does not list', async () => {
    const [, listed = ''] = /\*\*Not mirrored\*\*: ([^\n]+)/.exec(await page('README.md')) ?? [];
    const lacking = ROWS.map(([, { readme }]) => readme).filter((name) => !listed.includes(name ?? ''));
    expect(lacking).toEqual([]);
  });
});
