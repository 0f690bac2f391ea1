import { expect, it } from 'vitest';
import { parseBlobPath, parseContainerName } from '../../src/model/key.ts';
import { KeyCounter as Tally } from '../../src/reconcile/counts.ts';

const key = { container: parseContainerName('photos'), path: parseBlobPath('a/b') };
const copied = { verdict: 'copied', created: true, bytes: 3, engine: 'streamed', stamped: true } as const;

it('what was copied without its access is copied, and an exception by name', () => {
  const tally = new Tally();
  tally.recordVerdict(key, copied);
  const line = tally.recordVerdict(key, { ...copied, access: 'not-permitted' });
  expect(line).toEqual({ ...key, verdict: 'copied', bytes: 3 });
  expect(tally.counts).toMatchObject({
    byVerdict: { copied: 2 },
    bytesCopied: 6,
    skipped: { 'access-not-permitted': 1 },
  });
  expect(tally.sample.filter(({ verdict }) => verdict === 'skipped')).toEqual([
    { ...key, verdict: 'skipped', reason: 'access-not-permitted' },
  ]);
});
