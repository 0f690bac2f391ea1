import { describe, expect, it } from 'vitest';
import { readScopeRules } from '../../src/config/scope-rules.ts';
import { createScope } from '../../src/model/scope.ts';
import { parseContainerName } from '../../src/model/key.ts';

/** The settings of the scope by their names, less what all of them begin with. */
function read(settings: Record<string, string>) {
  return readScopeRules(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [`BLOBMIRROR_${name}`, value])),
  );
}

function messageOf(settings: Record<string, string>): string {
  try {
    read(settings);
    return 'no error';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the settings of the scope', () => {
  it('let everything in under its own name when they are not set', () => {
    const nothing = { include: [], exclude: [] };
    expect(read({})).toEqual({
      containers: nothing,
      paths: nothing,
      patterns: nothing,
      names: { prefix: '', map: new Map() },
      state: {},
    });
  });

  it('read lists, whatever stands between containers, and only a semicolon between paths and patterns', () => {
    const rules = read({
      INCLUDE_CONTAINERS: 'photos; docs-*,logs',
      EXCLUDE_CONTAINERS: 'docs-tmp',
      INCLUDE_PATHS: 'photos/2026, spring/ ; */a?[b];logs/;docs-*/',
      EXCLUDE_PATTERNS: '*.tmp; a b,c ;',
    });
    expect(rules.containers).toEqual({ include: ['photos', 'docs-*', 'logs'], exclude: ['docs-tmp'] });
    expect(rules.paths.include).toEqual([
      { containers: 'photos', path: '2026, spring/' },
      { containers: '*', path: 'a?[b]' },
      { containers: 'logs', path: '' },
      { containers: 'docs-*', path: '' },
    ]);
    expect(rules.patterns).toEqual({ include: [], exclude: ['*.tmp', 'a b,c'] });
  });

  it('read names for the backup', () => {
    const { names } = read({ CONTAINER_MAP: 'docs=docs-2; $web=site', BACKUP_CONTAINER_PREFIX: ' eu- ' });
    expect(names).toEqual({
      prefix: 'eu-',
      map: new Map([
        ['docs', 'docs-2'],
        ['$web', 'site'],
      ]),
    });
    expect(createScope('a', { names }).toBackup(parseContainerName('photos'))).toBe('eu-photos');
  });
});

describe('a setting of the scope that is wrong is refused with a line that names it', () => {
  it.each([
    [
      'INCLUDE_CONTAINERS',
      'photos;My Docs',
      'holds "My"; it should be container names; * stands for any characters',
    ],
    ['EXCLUDE_PATHS', 'photos', 'holds "photos"; it should be like photos/2026/ or */tmp/'],
    ['EXCLUDE_PATHS', '/photos/x', 'holds "/photos/x"; it should be like photos/2026/ or */tmp/'],
    ['INCLUDE_PATHS', 'photos/*.jpg', 'holds "photos/*.jpg"; it should be like photos/2026/ or */tmp/'],
    ['INCLUDE_PATTERNS', 'a/*.jpg', 'holds "a/*.jpg"; it should be patterns like *.jpg'],
    ['BACKUP_CONTAINER_PREFIX', '-x', 'is "-x"; it should be at most 60 lower-case letters'],
    ['BACKUP_CONTAINER_PREFIX', 'Eu', 'is "Eu"; it should be at most 60 lower-case letters'],
    [
      'BACKUP_CONTAINER_PREFIX',
      'x'.repeat(61),
      `is "${'x'.repeat(61)}"; it should be at most 60 lower-case letters`,
    ],
    [
      'CONTAINER_MAP',
      'photos',
      'holds "photos"; it should be pairs of container names like photos=photos-backup',
    ],
    ['CONTAINER_MAP', 'photos=', 'holds "photos="; it should be pairs of container names'],
    ['CONTAINER_MAP', 'a=b=c', 'holds "a=b=c"; it should be pairs of container names'],
    ['CONTAINER_MAP', 'photos=$logs', 'holds "photos=$logs"; it should be pairs of container names'],
    ['CONTAINER_MAP', 'photos=one;photos=two', 'names photos twice; it should map it once'],
    [
      'CONTAINER_MAP',
      'photos=one;docs=one',
      'maps photos and docs to one; each should have a name of its own',
    ],
  ])('%s = %j', (name, value, line) => {
    expect(messageOf({ [name]: value })).toContain(`BLOBMIRROR_${name} ${line}`);
  });
});

describe('settings that contradict each other are refused', () => {
  it.each([
    [
      'the same container in both lists',
      { INCLUDE_CONTAINERS: 'a-*;photos', EXCLUDE_CONTAINERS: 'photos' },
      '"photos" is in BLOBMIRROR_INCLUDE_CONTAINERS and in BLOBMIRROR_EXCLUDE_CONTAINERS; remove it from one of them',
    ],
    [
      'an included container that is excluded by a pattern',
      { INCLUDE_CONTAINERS: 'photos-a;docs', EXCLUDE_CONTAINERS: 'photos-*' },
      'BLOBMIRROR_EXCLUDE_CONTAINERS holds "photos-*", which excludes all of "photos-a" in BLOBMIRROR_INCLUDE_CONTAINERS',
    ],
    [
      'every container excluded',
      { EXCLUDE_CONTAINERS: '*' },
      'BLOBMIRROR_EXCLUDE_CONTAINERS holds "*", which excludes everything',
    ],
    [
      'every path excluded',
      { EXCLUDE_PATHS: '*/' },
      'BLOBMIRROR_EXCLUDE_PATHS holds "*/", which excludes everything',
    ],
    [
      'every name excluded',
      { EXCLUDE_PATTERNS: '**' },
      'BLOBMIRROR_EXCLUDE_PATTERNS holds "**", which excludes everything',
    ],
    [
      'an included path within an excluded one',
      { INCLUDE_PATHS: 'photos/2026/jan/', EXCLUDE_PATHS: '*/2026/' },
      'BLOBMIRROR_EXCLUDE_PATHS holds "*/2026/", which excludes all of "photos/2026/jan/"',
    ],
    [
      'an included pattern within an excluded one',
      { INCLUDE_PATTERNS: '*.tmp.jpg', EXCLUDE_PATTERNS: '*.jpg' },
      'BLOBMIRROR_EXCLUDE_PATTERNS holds "*.jpg", which excludes all of "*.tmp.jpg"',
    ],
    [
      'an included container of which no path is',
      { INCLUDE_CONTAINERS: 'photos;docs', INCLUDE_PATHS: 'photos/2026/' },
      'BLOBMIRROR_INCLUDE_CONTAINERS names the container docs, but other settings exclude all of it',
    ],
    [
      'an included path of a container that is not',
      { INCLUDE_CONTAINERS: 'photos', INCLUDE_PATHS: '*/a;docs/2026/' },
      'BLOBMIRROR_INCLUDE_PATHS names the container docs, but other settings exclude all of it',
    ],
    ['a container of the service', { INCLUDE_CONTAINERS: '$logs' }, 'names the container $logs'],
    [
      'a name for a container that is not mirrored',
      { EXCLUDE_CONTAINERS: 'docs', CONTAINER_MAP: 'docs=paper' },
      'BLOBMIRROR_CONTAINER_MAP names the container docs, but other settings exclude all of it',
    ],
    [
      'two containers onto one: a map and an included name',
      { INCLUDE_CONTAINERS: 'photos;docs', CONTAINER_MAP: 'photos=docs' },
      'the container docs has no name on the backup: the map gives docs to photos; BLOBMIRROR_CONTAINER_MAP can give it',
    ],
    [
      'two containers onto one: a map and an included name under a prefix',
      { INCLUDE_PATHS: 'docs/;photos/', BACKUP_CONTAINER_PREFIX: 'eu-', CONTAINER_MAP: 'photos=eu-docs' },
      'the container docs has no name on the backup: the map gives eu-docs to photos',
    ],
    [
      'a container of the service’s own name under a prefix',
      { INCLUDE_CONTAINERS: '$web', BACKUP_CONTAINER_PREFIX: 'eu-' },
      'the container $web has no name on the backup: eu-$web is no container name',
    ],
    [
      'a prefix that makes a name too long',
      { INCLUDE_CONTAINERS: 'x'.repeat(63), BACKUP_CONTAINER_PREFIX: 'eu-' },
      'is longer than 63 characters; BLOBMIRROR_CONTAINER_MAP can give it another name',
    ],
  ])('%s', (_what, settings: Record<string, string>, line) => {
    expect(messageOf(settings)).toContain(line);
  });

  it.each([
    ['an excluded part of what is included', { INCLUDE_CONTAINERS: 'photos-*', EXCLUDE_CONTAINERS: '*-tmp' }],
    ['an excluded path of an included one', { INCLUDE_PATHS: 'photos/2026/', EXCLUDE_PATHS: '*/2026/tmp/' }],
    ['a swap of two names', { CONTAINER_MAP: 'photos=docs;docs=photos', INCLUDE_CONTAINERS: 'photos;docs' }],
    ['a name that another leaves free', { CONTAINER_MAP: 'photos=docs', EXCLUDE_CONTAINERS: 'docs' }],
  ])('but not %s', (_what, settings: Record<string, string>) => {
    expect(messageOf(settings)).toBe('no error');
  });
});
