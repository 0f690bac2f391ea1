import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/model/key.ts';
import type { BlobPresent } from '../../src/model/reading.ts';
import { addStamp } from '../../src/model/stamp.ts';
import type { CopyRequest, Secured } from '../../src/ports/backup-store.ts';
import type { StoresUnderTest } from './stores.ts';

/** What a suite of the ports has. */
export interface ReplaceStage {
  readonly stores: StoresUnderTest;
  readonly newKey: () => Key;
  readonly present: (side: 'source' | 'backup', key: Key) => Promise<BlobPresent>;
}

const MOVED = { kind: 'backup-precondition-failed' };

/**
 * What the ports promise for replacing what cannot be overwritten: the new version is secured first, then the
 * old one is deleted.
 */
export function describeReplacing(
  stage: ReplaceStage,
  { hierarchical, keepsVersions }: { hierarchical: boolean; keepsVersions: boolean },
): void {
  const { newKey, present } = stage;

  async function requestFor(key: Key, wanted: Partial<CopyRequest> = {}): Promise<CopyRequest> {
    const source = await present('source', key);
    const { account } = stage.stores.source;
    const metadata = addStamp({ CamelCase: 'x' }, { account, ...source });
    return { key, source, metadata, condition: { nothingThere: true }, tier: undefined, tags: {}, ...wanted };
  }

  async function secure(request: CopyRequest): Promise<Secured> {
    const outcome = await stage.stores.backup.secure(request);
    if (outcome.kind !== 'secured') throw new Error(`it was not secured: ${outcome.kind}`);
    return outcome.secured;
  }

  async function clear(key: Key): Promise<void> {
    const { etag } = await present('backup', key);
    expect(await stage.stores.backup.delete(key, etag, 'absent-at-source')).toEqual({ kind: 'written' });
  }

  describe('secure and place', () => {
    const ofOtherKinds = [
      ['a block blob', 'an append blob', { kind: 'append' }, { kind: 'block' }],
      ['an append blob', 'a block blob', { kind: 'block' }, { kind: 'append' }],
    ] as const;
    // All versions of a name are of one kind.
    it.each(keepsVersions ? ofOtherKinds : [])(
      'leave %s to its versions, and do not become %s',
      async (...of) => {
        const [, , from, onto] = of;
        const key = newKey();
        await stage.stores.put('source', key, { content: 'new content', ...from });
        await stage.stores.put('backup', key, { content: 'old', ...onto });
        const refused = { kind: 'refused', reason: 'backup-versions-of-another-kind' };
        expect(await stage.stores.backup.secure(await requestFor(key))).toMatchObject(refused);
        expect(await stage.stores.content('backup', key)).toBe('old');
      },
    );

    it.each([
      ...(keepsVersions ? [] : ofOtherKinds),
      ['an archived blob', 'a block blob', { kind: 'block' }, { kind: 'block', archived: true }],
    ] as const)(
      'replace %s by %s, which is there before the old one is deleted',
      async (_old, _new, from, onto) => {
        const key = newKey();
        const headers = { contentType: 'text/x' };
        await stage.stores.put('source', key, { content: 'new content', headers, ...from });
        await stage.stores.put('backup', key, { content: 'old', ...onto });
        const before = await present('backup', key);
        const request = await requestFor(key);
        const secured = await secure(request);
        expect((await present('backup', key)).etag).toBe(before.etag);

        await clear(key);
        expect(await stage.stores.backup.place(request, secured)).toEqual({ kind: 'written' });
        expect(await stage.stores.content('backup', key)).toBe('new content');
        expect(await present('backup', key)).toMatchObject({
          kind: from.kind,
          headers,
          metadata: { CamelCase: 'x' },
          stamp: { etag: request.source.etag },
        });
        await clear(key);
        expect(await stage.stores.backup.place(request, secured)).toEqual(MOVED);
      },
    );

    const onFlat = hierarchical ? undefined : it;
    onFlat?.(
      'are for what cannot be overwritten: a copy or a restamp of an archived blob is lost to the backup',
      async () => {
        const key = newKey();
        await stage.stores.put('source', key, { content: 'new' });
        await stage.stores.put('backup', key, { content: 'old', archived: true });
        const { etag: ifMatch } = await present('backup', key);
        const request = await requestFor(key, { condition: { ifMatch } });
        expect(await stage.stores.backup.copy(request)).toMatchObject(MOVED);
        const { metadata } = request;
        expect(await stage.stores.backup.restamp({ key, metadata, ifMatch })).toEqual(MOVED);
        expect((await present('backup', key)).etag).toBe(ifMatch);
      },
    );

    it('give the same secured copy to every worker, and to the one that continues after another died', async () => {
      const key = newKey();
      await stage.stores.put('source', key, { content: 'x' });
      const request = await requestFor(key);
      const [one, other] = await Promise.all([secure(request), secure(request)]);
      expect(one).toEqual(other);
      expect(await secure(request)).toEqual(one);
      const placed = await Promise.all(
        [one, other].map(async (s) => await stage.stores.backup.place(request, s)),
      );
      expect(placed.map(({ kind: outcome }) => outcome).toSorted()).toEqual([
        'backup-precondition-failed',
        'written',
      ]);
      expect(await stage.stores.content('backup', key)).toBe('x');
    });

    it('put nothing in the place of an existing blob, and lose nothing of it', async () => {
      const key = newKey();
      await stage.stores.put('source', key, { content: 'new' });
      const request = await requestFor(key);
      const secured = await secure(request);
      await stage.stores.put('backup', key, { content: 'theirs' });
      expect(await stage.stores.backup.place(request, secured)).toEqual(MOVED);
      expect(await stage.stores.content('backup', key)).toBe('theirs');
      await clear(key);
      expect(await stage.stores.backup.place(request, await secure(request))).toEqual({ kind: 'written' });
    });

    it('are lost to the source when that changed before it was secured, and do not change the backup', async () => {
      const key = newKey();
      await stage.stores.put('source', key, { content: 'v1' });
      await stage.stores.put('backup', key, { content: 'old', kind: keepsVersions ? 'block' : 'append' });
      const request = await requestFor(key);
      await stage.stores.put('source', key, { content: 'v2' });
      expect(await stage.stores.backup.secure(request)).toMatchObject({ kind: 'source-precondition-failed' });
      await stage.stores.remove('source', key);
      expect(await stage.stores.backup.secure(request)).toMatchObject({ kind: 'source-precondition-failed' });
      expect(await stage.stores.content('backup', key)).toBe('old');
    });

    it('are not lost to the source when that changes later: the secured copy is what its stamp names', async () => {
      const key = newKey();
      await stage.stores.put('source', key, { content: 'v1' });
      const request = await requestFor(key);
      const secured = await secure(request);
      await stage.stores.put('source', key, { content: 'v2' });
      expect(await stage.stores.backup.place(request, secured)).toEqual({ kind: 'written' });
      expect(await stage.stores.content('backup', key)).toBe('v1');
      expect((await present('backup', key)).stamp?.etag).toBe(request.source.etag);
      const newer = await requestFor(key);
      expect(await secure(newer)).not.toEqual(secured);
    });

    it('handle an empty blob, and show the secured copy in no listing', async () => {
      const key = newKey();
      await stage.stores.put('source', key, { content: '' });
      const request = await requestFor(key);
      const secured = await secure(request);
      const listed = [];
      for await (const page of stage.stores.backup.listBlobs(key.container)) listed.push(...page.entries);
      expect(listed.filter(({ path }) => path.startsWith('.blobmirror'))).toEqual([]);
      expect(await stage.stores.backup.place(request, secured)).toEqual({ kind: 'written' });
      expect(await stage.stores.content('backup', key)).toBe('');
    });

    it('set the tier, Archive too', async () => {
      for (const tier of ['Cool', 'Archive']) {
        const key = newKey();
        await stage.stores.put('source', key, { content: 'x' });
        const request = await requestFor(key, { tier });
        expect(await stage.stores.backup.place(request, await secure(request))).toEqual({
          kind: 'written',
        });
        expect(await present('backup', key)).toMatchObject({ tier, archived: tier === 'Archive' });
      }
    });

    onFlat?.('give it its tags', async () => {
      const key = newKey();
      await stage.stores.put('source', key, { content: 'x' });
      const request = await requestFor(key, { tags: { colour: 'red' } });
      await stage.stores.backup.place(request, await secure(request));
      expect(await stage.stores.backup.readTags(key)).toEqual({ colour: 'red' });
    });
  });
}
