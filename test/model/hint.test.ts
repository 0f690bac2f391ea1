import { describe, expect, it } from 'vitest';
import { parseBlobPath, parseContainerName } from '../../src/model/key.ts';
import { parseWalkPosition, walkPositionText } from '../../src/model/hint.ts';

const prefix = { container: parseContainerName('photos'), path: 'a/"💎' };

describe('the position of a walk', () => {
  it.each([
    ['at the beginning', { prefix, source: undefined, backup: undefined }],
    ['on one side', { prefix, source: parseBlobPath('a/"💎\u0001'), backup: undefined }],
    ['on both', { prefix: { ...prefix, path: '' }, source: parseBlobPath('x'), backup: parseBlobPath('y') }],
  ])('survives the way through a message %s', (_where, position) => {
    expect(parseWalkPosition(walkPositionText(position))).toEqual(position);
  });

  it.each([
    undefined,
    '',
    'x',
    'null',
    '7',
    '{}',
    '{"container":"photos"}',
    '{"container":"No!","prefix":""}',
    '{"container":"photos","prefix":"","source":""}',
  ])('is none in %j', (text) => {
    expect(parseWalkPosition(text)).toBeUndefined();
  });
});
