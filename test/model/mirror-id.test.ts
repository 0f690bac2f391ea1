import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  canaryName,
  isCanaryName,
  isMirrorName,
  mirrorId,
  type MirrorIdentity,
  pairPrefix,
} from '../../src/model/mirror-id.ts';

const account = fc.oneof(fc.stringMatching(/^[a-z0-9]{3,24}$/), fc.string({ minLength: 1, maxLength: 8 }));
const name = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/).filter(isMirrorName);
const identity: fc.Arbitrary<MirrorIdentity> = fc.record({ source: account, backup: account, name });

it('an id reads as what it is', () => {
  const id = mirrorId({ source: 'photos', backup: 'photosbackup', name: 'default' });
  expect(id).toBe('photos-to-photosbackup.default');
  expect(canaryName(id)).toBe('photos-to-photosbackup.default.json');
});

it('two mirrors never have one id, and no id begins as another pair does, whatever accounts are called', () => {
  fc.assert(
    fc.property(identity, identity, (one, other) => {
      const isSame = one.source === other.source && one.backup === other.backup;
      expect(mirrorId(one).startsWith(pairPrefix(other.source, other.backup))).toBe(isSame);
      expect(mirrorId(one) === mirrorId(other)).toBe(isSame && one.name === other.name);
      expect(mirrorId(one)).toMatch(/^[a-z0-9_]*-to-[a-z0-9_]*\.[a-z0-9-]+$/);
      expect(isCanaryName(canaryName(mirrorId(one)))).toBe(true);
    }),
  );
});

it.each([
  ['default', true],
  ['team-1', true],
  ['1', true],
  ['', false],
  ['Team', false],
  ['a--b', false],
  ['-a', false],
  ['a-', false],
  ['a/b', false],
  ['a.b', false],
  ['a'.repeat(33), false],
])('the name %j is one of a mirror: %s', (text, isOne) => {
  expect(isMirrorName(text)).toBe(isOne);
});

it.each(['to-backup.json', 'a.json', 'a-to-b.json', 'x/a-to-b.default.json', 'A-to-b.default.json'])(
  '%s is no canary of this release',
  (path) => {
    expect(isCanaryName(path)).toBe(false);
  },
);
