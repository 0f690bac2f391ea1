import { describe, expect, it } from 'vitest';
import { SKIP_HINTS, reasonHintOf, skipHintOf } from '../../src/api/skip-hints.ts';

it('no hint promises a retry alone: a key that the record only counts waits for a full sync', () => {
  const promises = Object.values(SKIP_HINTS).filter((hint) => hint.includes('within an hour'));
  expect(promises).toHaveLength(4);
  for (const hint of promises) expect(hint).toMatch(/within an hour[^.]*, or by the next full sync\./);
});

describe('the hint of a reason', () => {
  const command = (names: string) => expect.stringContaining(`--delete-foreign ${names}`) as string;

  it('names the containers of its keys in the command, unless that would bury it', () => {
    expect(skipHintOf('backup-foreign', ['photos', 'docs', 'photos'])).toEqual(command('photos docs;'));
    expect(skipHintOf('backup-foreign')).toEqual(command('CONTAINER;'));
    expect(skipHintOf('backup-foreign', 'abcde')).toEqual(command('a b c d e;'));
    expect(skipHintOf('backup-foreign', 'abcdef')).toEqual(command('CONTAINER;'));
  });

  it('is none for a reason of a newer release, whatever its name', () => {
    for (const reason of ['of-a-newer-release', 'constructor', 'toString'])
      expect([skipHintOf(reason), reasonHintOf(reason, ['photos'])]).toEqual(['', '']);
  });

  it('is that of the error table for an error', () => {
    expect(reasonHintOf('storage-throttled')).toMatch(/^The account asked for fewer /);
  });
});
