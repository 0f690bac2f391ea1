import { expect, test, vi } from 'vitest';
import { expectEqualLakes } from './support/expect-equal-lakes.js';
import { startMirroredLakes } from './support/start-mirrored-lakes.js';
import { waitUntil } from './support/wait-until.js';

// The second look is half a minute after the first.
vi.setConfig({ testTimeout: 90_000 });

test('what was flushed without closing raises no event, and is found by the second look at the file that was created', async () => {
  const lakes = await startMirroredLakes();
  const files = lakes.source.getFileSystemClient('lake');
  await files.create();
  const file = files.getFileClient('log');
  await file.create();
  const { scheduled } = await waitUntil(
    'the second look is planned',
    async () => {
      const counts = await lakes.untilQuiet({ within: 10_000 });
      return counts.scheduled > 0 && counts;
    },
    { within: 10_000 },
  );
  expect(scheduled).toBe(1);
  await expectEqualLakes(lakes, { within: 10_000 });

  await file.append('hello', 0, 5);
  await file.flush(5);
  await lakes.untilQuiet({ within: 10_000 });
  const copy = lakes.backup.getFileSystemClient('lake').getFileClient('log');
  expect((await copy.getProperties()).contentLength).toBe(0);
  await expectEqualLakes(lakes, { within: 60_000 });
  expect(String(await copy.readToBuffer())).toBe('hello');
});
