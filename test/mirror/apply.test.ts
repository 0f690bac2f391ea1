import { describe, expect, it } from 'vitest';
import { apply } from '../../src/mirror/converge.ts';
import type { Decision } from '../../src/mirror/decision.ts';
import { type BlobPresent, isBlob } from '../../src/model/reading.ts';
import type { BackupStore } from '../../src/ports/backup-store.ts';
import type { WriteOutcome } from '../../src/ports/write-outcome.ts';
import { KEY } from '../support/keys.ts';
import { createMemoryPair, POLICY } from '../support/memory-pair.ts';

const LEASED: WriteOutcome = { kind: 'refused', reason: 'backup-leased' };

/** A source with one blob, and a backup that holds another one and answers every write as it is told. */
async function createStage(answer: WriteOutcome | undefined, engineAnswer?: 'unfinished') {
  const { source, backup } = createMemoryPair();
  source.put(KEY, { content: 'v2', tags: { colour: 'red' } });
  backup.put(KEY, { content: 'v1' });
  const read = async (from: Pick<BackupStore, 'read'>): Promise<BlobPresent> => {
    const reading = await from.read(KEY);
    if (!isBlob(reading)) throw new Error('it is there');
    return reading;
  };
  const write = async (): Promise<WriteOutcome> => {
    await Promise.resolve();
    return answer ?? { kind: 'written' };
  };
  const store: BackupStore = {
    ...backup,
    copy: async () =>
      engineAnswer === 'unfinished'
        ? { kind: 'unfinished', engine: 'blocks-from-url' }
        : { ...(await write()), engine: 'memory' },
    restamp: write,
    setTier: write,
    setTags: write,
    delete: write,
  };
  const [onSource, onBackup] = [await read(source), await read(backup)];
  return {
    source,
    onSource,
    onBackup,
    apply: async (decision: Decision) =>
      await apply({ source, backup: store, policy: POLICY }, KEY, decision),
  };
}

describe('apply', () => {
  it('reports a backup that is held by somebody as skipped, whatever was to be written', async () => {
    const stage = await createStage(LEASED);
    const { onSource, onBackup } = stage;
    const writes: Decision[] = [
      { action: 'copy', source: onSource, condition: { ifMatch: onBackup.etag } },
      { action: 'copy', source: onSource, condition: { nothingThere: true } },
      { action: 'delete-other-kind', ifMatch: onBackup.etag },
      { action: 'restamp', source: onSource, backup: onBackup },
      { action: 'set-tier', tier: 'Cool' },
      { action: 'compare-tags' },
      { action: 'delete', ifMatch: onBackup.etag },
    ];
    for (const decision of writes) {
      expect(await stage.apply(decision)).toEqual({
        verdict: { verdict: 'skipped', reason: 'backup-leased' },
      });
    }
  });

  it('reads everything again when a precondition failed on either account', async () => {
    for (const outcome of ['backup-precondition-failed', 'source-precondition-failed'] as const) {
      const stage = await createStage({ kind: outcome });
      const copy: Decision = { action: 'copy', source: stage.onSource, condition: { nothingThere: true } };
      expect(await stage.apply(copy)).toEqual({ retry: 'precondition-failed' });
    }
  });

  it('leaves a copy that the service still makes, and one that has used up its time, to a later check', async () => {
    const stage = await createStage(undefined, 'unfinished');
    expect(await stage.apply({ action: 'wait' })).toEqual({
      verdict: { verdict: 'unfinished', engine: 'copy-blob' },
    });
    const copy: Decision = { action: 'copy', source: stage.onSource, condition: { nothingThere: true } };
    expect(await stage.apply(copy)).toEqual({
      verdict: { verdict: 'unfinished', engine: 'blocks-from-url' },
    });
  });

  it('asks for the tags of a blob that has some, and for no others', async () => {
    const asked: string[] = [];
    for (const tagCount of [2, 0, undefined]) {
      const { source, onSource, onBackup, apply: act } = await createStage(undefined);
      source.readTags = async () => {
        await Promise.resolve();
        asked.push(`${tagCount}`);
        return {};
      };
      const { tagCount: _, ...untagged } = onSource;
      const from = tagCount === undefined ? untagged : { ...untagged, tagCount };
      await act({ action: 'copy', source: from, condition: { ifMatch: onBackup.etag } });
    }
    expect(asked).toEqual(['2']);
  });

  it('copies from a service that knows no tags', async () => {
    const stage = await createStage(undefined);
    const { tagCount: _none, ...untagged } = stage.onSource;
    const copy: Decision = { action: 'copy', source: untagged, condition: { nothingThere: true } };
    expect(await stage.apply(copy)).toMatchObject({ verdict: { verdict: 'copied' } });
  });
});
