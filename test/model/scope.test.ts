import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContainerName, parseKey } from '../../src/model/key.ts';
import { type PathRule, type ScopeRules, createScope } from '../../src/model/scope.ts';

type Lists = Partial<Record<`${'include' | 'exclude'}${'Containers' | 'Paths' | 'Patterns'}`, string[]>>;

function scope(lists: Lists = {}, names?: ScopeRules['names'], own?: string | false) {
  const toRule = (text: string): PathRule => ({
    containers: text.slice(0, text.indexOf('/')),
    path: text.slice(text.indexOf('/') + 1),
  });
  const made = createScope('sourceaccount', {
    containers: { include: lists.includeContainers ?? [], exclude: lists.excludeContainers ?? [] },
    paths: {
      include: (lists.includePaths ?? []).map(toRule),
      exclude: (lists.excludePaths ?? []).map(toRule),
    },
    patterns: { include: lists.includePatterns ?? [], exclude: lists.excludePatterns ?? [] },
    ...(names && { names }),
    ...(own !== undefined && {
      canaries: { container: parseContainerName('canary'), own: own || undefined },
    }),
  });
  return {
    fromBackup: (name: string) => made.fromBackup(parseContainerName(name)),
    holds: (container: string) => made.includesContainer(parseContainerName(container)),
    goesWhole: (container: string, path: string) => made.takesAllBelow(parseKey(container, path)),
    has: (container: string, path: string) => made.includes(parseKey(container, path)),
    lists: (container: string, path = '') =>
      made.prefixes({ container: parseContainerName(container), path }).map((prefix) => prefix.path),
  };
}

describe('the container of the canary', () => {
  const lists: Lists = {
    includeContainers: ['photos'],
    excludePaths: ['*/to-'],
    includePatterns: ['*.jpg'],
  };

  it('is in the scope whatever the rules say, where there is a canary', () => {
    expect(scope(lists).holds('canary')).toBe(false);
    const { holds, has, lists: prefixes } = scope(lists, undefined, 'photos-to-backup.default.json');
    expect([holds('canary'), has('canary', 'photos-to-backup.default.json'), prefixes('canary')]).toEqual([
      true,
      true,
      [''],
    ]);
    expect([holds('photos'), holds('docs'), has('photos', 'a.txt')]).toEqual([true, false, false]);
    expect(has('canary', '.blobmirror/trash')).toBe(false);
  });

  it.each([['photos-to-backup.default.json'], [false as const]])(
    'holds no canary of another mirror, which would look well for work of this one: its own is %s',
    (own) => {
      const { has } = scope({}, undefined, own);
      for (const other of [
        'photos-to-backup.docs.json',
        'photos-to-third.default.json',
        'docs-to-backup.default.json',
      ])
        expect(has('canary', other)).toBe(false);
      expect(has('canary', 'photos-to-backup.default.json')).toBe(own !== false);
      // What is no canary is a user's, in whatever container.
      expect([has('canary', 'a.json'), has('photos', 'photos-to-backup.docs.json')]).toEqual([true, true]);
    },
  );
});

describe('the scope of containers', () => {
  it('holds every container of the user when nothing is said, and none of the service', () => {
    expect(['photos', '$web', '$root'].map(scope().holds)).toEqual([true, true, true]);
    expect(['$logs', '$blobchangefeed'].map(scope().holds)).toEqual([false, false]);
    expect(scope().has('$logs', 'x')).toBe(false);
  });

  it('holds only what is included, if anything is', () => {
    expect(['photos', 'docs', 'photos2'].map(scope({ includeContainers: ['photos', 'docs'] }).holds)).toEqual(
      [true, true, false],
    );
    expect(['photos-2', 'my-photos-2'].map(scope({ includeContainers: ['photos-*'] }).holds)).toEqual([
      true,
      false,
    ]);
  });

  it('leaves out what is excluded, also when it is included', () => {
    expect(scope({ includeContainers: ['photos-*'], excludeContainers: ['*-tmp'] }).holds('photos-tmp')).toBe(
      false,
    );
    expect(scope({ excludeContainers: ['$web'] }).holds('$web')).toBe(false);
    expect(scope({ excludeContainers: ['tmp'] }).holds('photos')).toBe(true);
  });

  it('does not hold a container of which no path is included, or every path is excluded', () => {
    expect(['photos', 'docs'].map(scope({ includePaths: ['photos/2026/'] }).holds)).toEqual([true, false]);
    expect(['photos', 'docs'].map(scope({ excludePaths: ['photos/'] }).holds)).toEqual([false, true]);
  });
});

describe('the scope of paths', () => {
  it('holds what begins with an included prefix of its container, whatever the characters', () => {
    const { has } = scope({ includePaths: ['photos/2026/', '*/all [x]{y}!?'] });
    expect(has('photos', '2026/a')).toBe(true);
    expect(has('photos', '2027/a')).toBe(false);
    expect(has('docs', '2026/a')).toBe(false);
    expect(has('docs', 'all [x]{y}!? and more')).toBe(true);
  });

  it('leaves out what begins with an excluded prefix, also within an included one', () => {
    const { has } = scope({ includePaths: ['photos/2026/'], excludePaths: ['photos-*/', '*/2026/tmp'] });
    expect(has('photos', '2026/tmp')).toBe(false);
    expect(has('photos', '2026/tmp2/x')).toBe(false);
    expect(has('photos', '2026/x')).toBe(true);
  });

  it('matches patterns against the part after the last slash', () => {
    const { has } = scope({ includePatterns: ['*.jpg', 'read?e'], excludePatterns: ['thumb*'] });
    expect(has('photos', 'a/b/cat.jpg')).toBe(true);
    expect(has('photos', 'readme')).toBe(true);
    expect(has('photos', 'a.jpg/b')).toBe(false);
    expect(has('photos', 'a.jpg/')).toBe(false);
    expect(has('photos', 'a/thumb.jpg')).toBe(false);
    expect(has('photos', 'thumbs/a.jpg')).toBe(true);
  });
});

describe('the prefixes to list', () => {
  it('are the one that was asked for when nothing is said of paths', () => {
    expect(scope().lists('photos')).toEqual(['']);
    expect(scope().lists('photos', 'a/b')).toEqual(['a/b']);
    expect(scope({ excludeContainers: ['photos'] }).lists('photos')).toEqual([]);
  });

  it('are the included ones beneath it, none within another and none that is left out', () => {
    const { lists } = scope({
      includePaths: ['photos/b/', 'photos/a', 'photos/ab', 'docs/x', 'photos/c/tmp/'],
      excludePaths: ['photos/c/'],
    });
    expect(lists('photos')).toEqual(['a', 'b/']);
    expect(lists('photos', 'b/2026')).toEqual(['b/2026']);
    expect(lists('photos', 'c/')).toEqual([]);
    expect(lists('photos', 'z')).toEqual([]);
  });

  it('hold every key of the scope, and each no more than once', () => {
    const path = fc.stringMatching(/^[ab/]{1,4}$/);
    const rules = fc.array(
      fc
        .tuple(fc.constantFrom('photos/', '*/', 'docs/'), fc.stringMatching(/^[ab/]{0,3}$/))
        .map((parts) => parts.join('')),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(rules, rules, path, fc.nat(4), (includePaths, excludePaths, blob, cut) => {
        const { has, lists } = scope({ includePaths, excludePaths });
        const under = lists('photos', blob.slice(0, cut)).filter((prefix) => blob.startsWith(prefix));
        expect(under.length).toBeGreaterThanOrEqual(has('photos', blob) ? 1 : 0);
        expect(under.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the names of the scope', () => {
  it('lead back from the backup only to what is mirrored', () => {
    const names = { prefix: 'eu-', map: new Map() };
    const { fromBackup } = scope({ excludeContainers: ['tmp'] }, names);
    expect(fromBackup('eu-photos')).toBe('photos');
    expect(fromBackup('eu-tmp')).toBeUndefined();
    expect(fromBackup('photos')).toBeUndefined();
    expect(scope().fromBackup('$logs')).toBeUndefined();
  });
});

describe('a directory', () => {
  it('is in the scope with all that is below it unless a setting may leave something out', () => {
    expect(scope().goesWhole('photos', 'a')).toBe(true);
    expect(scope({ excludePaths: ['photos/b/'] }).goesWhole('photos', 'a')).toBe(true);
    expect(scope({ excludePaths: ['photos/a/tmp/'] }).goesWhole('photos', 'a')).toBe(false);
    expect(scope({ includePaths: ['photos/a/in/'] }).goesWhole('photos', 'a')).toBe(false);
    expect(scope({ excludePatterns: ['*.tmp'] }).goesWhole('photos', 'a')).toBe(false);
    expect(scope({ includePatterns: ['*.jpg'] }).goesWhole('photos', 'a')).toBe(false);
  });

  it('of the mirror is in no scope, nor what is below it; its longer-named neighbours are', () => {
    for (const path of ['.blobmirror', '.blobmirror/', '.blobmirror/trash/a'])
      expect(scope().has('photos', path)).toBe(false);
    expect(scope().has('photos', '.blobmirrors')).toBe(true);
    expect(scope().has('photos', 'a/.blobmirror/b')).toBe(true);
  });
});
