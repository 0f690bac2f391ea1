import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContainerNames } from '../../src/model/container-names.ts';
import { parseContainerName } from '../../src/model/key.ts';

function names(prefix: string, map: Record<string, string> = {}) {
  const pairs = Object.entries(map).map(
    ([source, backup]) => [parseContainerName(source), parseContainerName(backup)] as const,
  );
  const made = createContainerNames({ prefix, map: new Map(pairs) });
  return {
    toBackup: (name: string): string => made.toBackup(parseContainerName(name)),
    fromBackup: (name: string): string | undefined => made.fromBackup(parseContainerName(name)),
  };
}

describe('the name of a container on the backup', () => {
  it('is its own when nothing is said', () => {
    for (const name of ['photos', '$web', '$root']) {
      expect(names('').toBackup(name)).toBe(name);
      expect(names('').fromBackup(name)).toBe(name);
    }
  });

  it('has the prefix, unless the map gives another', () => {
    const { toBackup, fromBackup } = names('eu-', { docs: 'paper', $web: 'eu-site' });
    expect(['photos', 'docs', '$web'].map(toBackup)).toEqual(['eu-photos', 'paper', 'eu-site']);
    expect(['eu-photos', 'paper', 'eu-site'].map(fromBackup)).toEqual(['photos', 'docs', '$web']);
  });

  it('is nobody’s when it lacks the prefix, or is that of a container with another name', () => {
    const { fromBackup } = names('eu-', { docs: 'paper' });
    expect(['photos', 'docs', 'eu-docs', 'us-photos', '$web'].map(fromBackup)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it.each([
    ['is another’s in the map', names('', { photos: 'docs' }), 'docs', 'the map gives docs to photos'],
    ['would lose its $ to a prefix', names('eu-'), '$web', 'eu-$web is no container name'],
    ['would be too long', names('eu-'), 'x'.repeat(61), 'is longer than 63 characters'],
  ])('is refused, and never shared, when it %s', (_what, { toBackup }, container, why) => {
    expect(() => toBackup(container)).toThrow(why);
    expect(() => toBackup(container)).toThrow(
      expect.objectContaining({ code: 'container-not-mappable' }) as Error,
    );
  });

  it('may be another’s own when that one has moved away', () => {
    const { toBackup, fromBackup } = names('', { photos: 'docs', docs: 'photos' });
    expect(['photos', 'docs'].map(toBackup)).toEqual(['docs', 'photos']);
    expect(['photos', 'docs'].map(fromBackup)).toEqual(['docs', 'photos']);
  });

  it('is never that of two, and leads back to the one it is of', () => {
    const name = fc.stringMatching(/^[ab]-?[ab]{1,2}$/).filter((text) => text.length >= 3);
    const map = fc.uniqueArray(fc.tuple(name, name), { selector: ([, backup]) => backup, maxLength: 4 });
    const containers = fc.uniqueArray(fc.oneof(name, fc.constantFrom('$web', '$root')), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom('', 'a', 'a-', 'b-a'), map, containers, (prefix, pairs, sources) => {
        const { toBackup, fromBackup } = names(prefix, Object.fromEntries(pairs));
        const taken = new Map<string, string>();
        for (const source of sources) {
          let backup: string;
          try {
            backup = toBackup(source);
          } catch {
            continue;
          }
          expect(taken.get(backup)).toBeUndefined();
          taken.set(backup, source);
          expect(fromBackup(backup)).toBe(source);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
