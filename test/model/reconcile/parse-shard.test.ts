import { describe, expect, it } from 'vitest';
import { parseShard } from '../../../src/model/reconcile/parse-shard.js';
import { createRunId, isRunId } from '../../../src/model/reconcile/run-id.js';

const BASE = { run: '2026-11-25T13-09-31Z-4f2a', shard: 'c0', slice: 3, attempt: 1, container: 'photos' };
const COMPARE = { ...BASE, phase: 'compare', prefix: '' };

describe('a shard', () => {
  it.each([
    [COMPARE],
    [{ ...COMPARE, prefix: 'a/', from: 'a/b', to: 'a/c', at: { source: 'a/b1' } }],
    [{ ...COMPARE, shard: 'c0-u1', container: '$web', unordered: true, sourceListingFailed: true }],
    [{ ...BASE, shard: 'd12', phase: 'delete', line: 1000 }],
  ])('is read as it was sent: %j', (shard) => {
    expect(parseShard(JSON.parse(JSON.stringify(shard)))).toEqual(shard);
  });

  it.each([
    [undefined],
    ['{}'],
    [{ ...COMPARE, phase: 'other' }],
    [{ ...COMPARE, run: '../../current' }],
    [{ ...COMPARE, shard: '' }],
    [{ ...COMPARE, shard: 'a/b' }],
    [{ ...COMPARE, slice: -1 }],
    [{ ...COMPARE, attempt: 0.5 }],
    [{ ...COMPARE, container: 'No Container' }],
    [{ ...BASE, phase: 'delete' }],
  ])('is not what has another form: %j', (body) => {
    expect(() => parseShard(body)).toThrow(expect.objectContaining({ code: 'message-not-shard' }));
  });
});

describe('the id of a run', () => {
  it('begins with its time, and is told from the id of another run of that second', () => {
    const now = new Date('2026-11-25T13:09:31.987Z');
    const ids = new Set(Array.from({ length: 20 }, () => createRunId(now)));
    expect(ids.size).toBeGreaterThan(1);
    for (const id of ids) expect(id).toMatch(/^2026-11-25T13-09-31Z-[0-9a-f]{4}$/);
    expect([...ids].every(isRunId)).toBe(true);
  });
});
