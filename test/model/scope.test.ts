import { describe, expect, it } from 'vitest';
import { parseContainerName } from '../../src/model/key.js';
import { createScope, type ScopePatterns } from '../../src/model/scope.js';

const includes = (name: string, patterns: Partial<ScopePatterns> = {}): boolean =>
  createScope('sourceaccount', { include: [], exclude: [], ...patterns }).includes(parseContainerName(name));

describe('the scope', () => {
  it('holds every container of the user when nothing is said, and none of the service', () => {
    expect(includes('photos')).toBe(true);
    expect(includes('$web')).toBe(true);
    expect(includes('$logs')).toBe(false);
    expect(includes('$blobchangefeed')).toBe(false);
  });

  it('holds only what is included, if anything is', () => {
    expect(includes('photos', { include: ['photos', 'docs'] })).toBe(true);
    expect(includes('photos2', { include: ['photos', 'docs'] })).toBe(false);
    expect(includes('photos-2', { include: ['photos-*'] })).toBe(true);
    expect(includes('my-photos-2', { include: ['photos-*'] })).toBe(false);
  });

  it('leaves out what is excluded, also when it is included', () => {
    expect(includes('photos-tmp', { include: ['photos-*'], exclude: ['*-tmp'] })).toBe(false);
    expect(includes('$web', { exclude: ['$web'] })).toBe(false);
    expect(includes('photos', { exclude: ['tmp'] })).toBe(true);
  });
});
