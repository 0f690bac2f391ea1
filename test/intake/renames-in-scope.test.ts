import { describe, expect, it } from 'vitest';
import { mirrorHint } from '../../src/intake/mirror-hint.ts';
import { parseKey } from '../../src/model/key.ts';
import { type ScopeRules, createScope } from '../../src/model/scope.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { renameHint } from '../support/rename-hint.ts';

const [FROM, TO] = [parseKey('lake', 'old'), parseKey('lake', 'new')];
const RENAME = renameHint(FROM, TO, new Date('2026-11-30T12:00:00Z'));

const without = (...paths: string[]): Partial<ScopeRules> => ({
  paths: { include: [], exclude: paths.map((path) => ({ containers: '*', path })) },
});
const only = (...paths: string[]): Partial<ScopeRules> => ({
  paths: { include: paths.map((path) => ({ containers: '*', path })), exclude: [] },
});

/** What is asked of the mirror core for a rename of a directory. */
async function actsOf(rules: Partial<ScopeRules>): Promise<readonly string[]> {
  const acts: string[] = [];
  const mirroring = {
    scope: createScope('sourceaccount', rules),
    converge: async ({ path }: { path: string }) => {
      await Promise.resolve();
      acts.push(`check ${path}`);
      return path === 'new'
        ? ({ verdict: 'directory-made', isDirectory: true } as const)
        : ({ verdict: 'deleted', wasDirectory: true } as const);
    },
    followRename: async () => {
      await Promise.resolve();
      acts.push('follow');
      return 'not renamed' as const;
    },
    walk: async ({ path }: { path: string }) => {
      await Promise.resolve();
      acts.push(`walk ${path}`);
      return undefined;
    },
  };
  const earlier = { from: undefined, isDeep: false, watch: undefined, held: undefined, root: 'm' };
  await mirrorHint(mirroring, createSilentLogger(), RENAME, earlier);
  return acts;
}

describe('a rename is repeated on the backup', () => {
  it.each<[string, Partial<ScopeRules>]>([
    ['everything', {}],
    ['everything but another directory', without('other/')],
    ['what is below both names', only('old', 'new')],
    ['every name but some, below each directory the same', { patterns: { include: [], exclude: ['*.tmp'] } }],
  ])('where the scope is %s', async (_, rules) => {
    const [first, ...others] = await actsOf(rules);
    expect(first).toBe('follow');
    expect(others).toEqual(expect.arrayContaining(['check new', 'walk new/', 'check old']));
  });

  // A rename would bring over, or take away, what is not in the scope.
  it.each<[string, Partial<ScopeRules>, readonly string[]]>([
    ['not the old name', without('old'), ['check new', 'walk new/']],
    ['not the new name', without('new'), ['check old']],
    ['only the old name', only('old'), ['check old']],
    ['only the new name', only('new'), ['check new', 'walk new/']],
    [
      'not a part of the old directory',
      without('old/tmp/'),
      ['check new', 'walk new/', 'check old', 'walk old/'],
    ],
    ['not a part of the new directory', without('new/tmp/'), ['check new', 'walk new/', 'check old']],
    [
      'what is below the new name, and not the directory itself',
      { patterns: { include: [], exclude: ['new'] } },
      ['walk new/', 'check old', 'walk old/'],
    ],
    ['only a part of the old directory', only('old/in/', 'new'), ['check new', 'walk new/', 'walk old/']],
  ])('but checked key by key where the scope has %s', async (_, rules, acts) => {
    expect(await actsOf(rules)).toEqual(acts);
  });
});
