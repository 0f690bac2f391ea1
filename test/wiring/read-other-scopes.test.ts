import { expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { createDocument } from '../../src/documents/change-document.ts';
import { parseKey } from '../../src/model/key.ts';
import { ACTIVITY_DOCUMENT, ACTIVITY_PREFIX } from '../../src/status/activity/activity-document.ts';
import { readOtherScopes, scopeOf } from '../../src/wiring/read-other-scopes.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const settingsWith = (more: Record<string, string>) => readSettings({ ...SETTINGS_OUT_OF_REACH, ...more });
const NARROW = settingsWith({ BLOBMIRROR_INCLUDE_PATHS: 'photos/mine' });
const WIDE = settingsWith({});

/** Workers that told of themselves so many minutes ago. */
async function stateWith(workers: readonly (readonly [minutes: number, scope: typeof NARROW | undefined])[]) {
  const documents = new MemoryDocuments().through(immediately);
  for (const [i, [minutes, settings]] of workers.entries()) {
    const at = new Date(NOW.getTime() - minutes * 60_000).toISOString();
    await createDocument(documents, ACTIVITY_DOCUMENT, `${ACTIVITY_PREFIX}w${i}`, {
      writtenAt: at,
      minutes: [],
      lastMirrored: {},
      worker: {
        startedAt: at,
        settings: {},
        ...(settings !== undefined && { scope: scopeOf(settings) }),
      },
    });
  }
  return documents;
}

it('tells the other scopes of workers that are at work, and not its own', async () => {
  const documents = await stateWith([
    [1, NARROW],
    [2, WIDE],
    [30, WIDE],
  ]);
  const { scopes, hasUnknown } = await readOtherScopes(NARROW, documents, NOW);
  expect(scopes.map((scope) => scope.includes(parseKey('photos', 'theirs')))).toEqual([true]);
  expect(hasUnknown).toBe(false);
});

it('tells that a worker of an older release may have another', async () => {
  const documents = await stateWith([
    [1, NARROW],
    [2, undefined],
  ]);
  expect(await readOtherScopes(NARROW, documents, NOW)).toEqual({ scopes: [], hasUnknown: true });
});
