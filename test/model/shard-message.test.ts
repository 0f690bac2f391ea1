import { describe, expect, it } from 'vitest';
import { parseShardMessage } from '../../src/model/shard-message.ts';
import { createRunId, isRunId } from '../../src/model/run-id.ts';

const MESSAGE = { run: '2026-11-25T13-09-31Z-4f2a', shard: 'c0', slice: 3, attempt: 1 };
/** What a former release said, and anybody may. */
const CLAIMS = {
  container: 'photos',
  phase: 'compare',
  prefix: 'a/',
  from: 'a/b',
  to: 'a/c',
  at: { source: 'a/b1' },
  again: ['a/b0'],
  isWalked: true,
  root: true,
  unordered: true,
  line: 1000,
  below: [{ directory: 'a' }],
};

describe('a message of a shard', () => {
  it.each([
    [MESSAGE],
    [{ ...MESSAGE, holds: 2 }],
    [{ ...MESSAGE, shard: 'c0-u1', sourceListingFailed: true }],
  ])('is read as it was sent: %j', (message) => {
    expect(parseShardMessage(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it('names a slice, and nothing that it claims beside that is read', () => {
    expect(parseShardMessage({ ...MESSAGE, ...CLAIMS })).toEqual(MESSAGE);
  });

  it('bears no number that would grow beyond what can be sent', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const { attempt, holds } = parseShardMessage({ ...MESSAGE, attempt: most, holds: most });
    for (const number of [attempt, holds]) expect(number).toBe(1_000_000);
  });

  it.each([
    [undefined],
    ['{}'],
    [{ ...MESSAGE, run: '../../current' }],
    [{ ...MESSAGE, shard: '' }],
    [{ ...MESSAGE, shard: 'a/b' }],
    [{ ...MESSAGE, shard: '__proto__' }],
    [{ ...MESSAGE, slice: -1 }],
    [{ ...MESSAGE, slice: '3' }],
    [{ ...MESSAGE, attempt: 0.5 }],
  ])('is not what has another form: %j', (body) => {
    expect(() => parseShardMessage(body)).toThrow(expect.objectContaining({ code: 'message-not-shard' }));
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
