import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepHistory } from '../../src/history/keep-history.ts';
import { type KeyHistory, lifetimesOf } from '../../src/model/history.ts';
import { type Key, parseKey } from '../../src/model/key.ts';
import type { Etag } from '../../src/model/etag.ts';
import { markUnfinished } from '../../src/model/stamp.ts';
import type { BackupStore } from '../../src/ports/backup-store.ts';
import type { HistoryStore } from '../../src/ports/history-store.ts';
import { stampOf } from '../support/of-ours.ts';

/** A flat account that keeps versions, one that does not, and a user's write of a block blob, which tells its ETag. */
export interface HistoryStage {
  readonly kept: { readonly store: BackupStore; readonly history: HistoryStore };
  readonly unkept: { readonly store: BackupStore; readonly history: HistoryStore };
  put(key: Key, content: string, metadata?: Record<string, string>): Promise<Etag>;
}

/** What every history of a flat account must do: in memory and on Azure. */
export function describeHistory(
  what: string,
  open: () => Promise<HistoryStage & { readonly stop?: () => Promise<void> }>,
): void {
  describe(`the history of ${what}`, () => {
    let stage: Awaited<ReturnType<typeof open>>;
    let next = 0;
    beforeAll(async () => {
      stage = await open();
    });
    afterAll(async () => await stage.stop?.());

    const newKey = (name = ''): Key => parseKey('photos', `${++next}/${name}`);

    async function historyOf({ container, path }: Key): Promise<KeyHistory | undefined> {
      const found: KeyHistory[] = [];
      for await (const page of stage.kept.history.listHistory(container, { prefix: path }))
        found.push(...page);
      return found.find((each) => each.path === path);
    }

    /** As `[etag, why it ended]`. */
    async function told(key: Key) {
      const found = await historyOf(key);
      return lifetimesOf(found ?? { versions: [], records: [] }).map(({ version, to, why }) => [
        version.etag,
        why ?? to,
      ]);
    }

    async function remove(key: Key, etag: Etag): Promise<void> {
      const { store, history } = stage.kept;
      const outcome = await keepHistory(store, history).delete(key, etag, 'absent-at-source');
      expect(outcome).toEqual({ kind: 'written' });
    }

    it('is empty for a key that never was', async () => {
      expect(await historyOf(newKey('never'))).toBeUndefined();
      for await (const page of stage.kept.history.listHistory(parseKey('nowhere', 'x').container))
        expect(page).toEqual([]);
    });

    it('has what was overwritten, oldest first, and what is there', async () => {
      const key = newKey('overwritten');
      const etags = [await stage.put(key, 'a'), await stage.put(key, 'bb'), await stage.put(key, 'ccc')];
      expect((await historyOf(key))?.versions).toMatchObject([
        { etag: etags[0], size: 1, isCurrent: false, kind: 'block' },
        { etag: etags[1], size: 2, isCurrent: false },
        { etag: etags[2], size: 3, isCurrent: true },
      ]);
      expect(await told(key)).toEqual([
        [etags[0], 'overwritten'],
        [etags[1], 'overwritten'],
        [etags[2], undefined],
      ]);
    });

    it('knows when and why a key was deleted, and that it was made again', async () => {
      const key = newKey('deleted');
      const first = await stage.put(key, 'a', stampOf('sourceaccount'));
      await remove(key, first);
      expect(await told(key)).toEqual([[first, 'absent-at-source']]);
      expect((await historyOf(key))?.versions[0]).toMatchObject({
        stamp: { account: 'sourceaccount' },
        isCurrent: false,
      });
    });

    it('keeps each record of a key', async () => {
      const key = newKey('twice');
      const { history } = stage.kept;
      const etag = await stage.put(key, 'a');
      await history.recordEnd(key, { etag, why: 'replaced' });
      await history.recordEnd(key, { etag, why: 'absent-at-source' });
      const found = await historyOf(key);
      expect(found?.records).toMatchObject([
        { etag, why: 'replaced' },
        { etag, why: 'absent-at-source' },
      ]);
      expect(await told(key)).toEqual([[etag, undefined]]);
    });

    it('takes no record of one key for one of another', async () => {
      const names = [
        'a',
        'a b',
        'a!',
        'a-',
        'a.',
        'a/',
        'a/b',
        'a0',
        'ab',
        'ä',
        '＊',
        '😀',
        // With its container, longer than a name may be.
        'ä'.repeat(1018),
      ];
      const base = newKey().path;
      const keys = names.map((name) => parseKey('photos', `${base}${name}`));
      const etags = new Map<string, Etag>();
      for (const key of keys) {
        const etag = await stage.put(key, 'x');
        etags.set(key.path, etag);
        await stage.kept.history.recordEnd(key, { etag, why: 'replaced' });
      }
      const found: KeyHistory[] = [];
      for await (const page of stage.kept.history.listHistory(parseKey('photos', 'x').container, {
        prefix: base,
      }))
        found.push(...page);
      expect(new Map(found.map(({ path, records }) => [path, records.map(({ etag }) => etag)]))).toEqual(
        new Map([...etags].map(([path, etag]) => [path, [etag]])),
      );
    });

    it('tells a copy that was not finished from a version', async () => {
      const key = newKey('unfinished');
      await stage.put(key, 'a', { ...markUnfinished(stampOf('sourceaccount'), 'partial', 1) });
      expect((await historyOf(key))?.versions).toMatchObject([{ isUnfinished: true }]);
      expect(await told(key)).toEqual([]);
    });

    it('deletes nothing from an account that keeps no versions', async () => {
      const key = newKey('unkept');
      const { store, history } = stage.unkept;
      await expect(
        keepHistory(store, history).delete(key, '0x1' as Etag, 'absent-at-source'),
      ).rejects.toMatchObject({
        code: 'history-not-kept',
      });
    });
  });
}
