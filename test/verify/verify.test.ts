import { describe, expect, it } from 'vitest';
import { createMemoryAccount, createMemoryInspector } from '../memory/memory-account.ts';
import { converge } from '../../src/mirror/converge.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { type Key, parseContainerName, parseKey } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import { isBlob } from '../../src/model/reading.ts';
import { addStamp } from '../../src/model/stamp.ts';
import type { AccountInspector } from '../../src/ports/account-inspector.ts';
import { mapInspector } from '../../src/ports/account-decorators.ts';
import { KEY } from '../support/keys.ts';
import { POLICY } from '../support/memory-pair.ts';
import { collectFindings, names } from './collect-findings.ts';

function createPair() {
  const source = createMemoryAccount('sourceaccount');
  const backup = createMemoryAccount('backupaccount', undefined, source);
  const sides = { source: createMemoryInspector(source), backup: createMemoryInspector(backup) };
  return {
    source,
    backup,
    sides,
    write: async (key: Key, content = 'x') => {
      source.addContainer(key.container);
      source.put(key, { content });
      await converge({ source, backup, policy: POLICY }, key);
    },
  };
}

/** Lists names in an order of its own, as a hierarchical account does beside a flat one. */
function inAnotherOrder(account: AccountInspector): AccountInspector {
  return {
    ...account,
    listReadings: async function* (container, options) {
      for await (const page of account.listReadings(container, options)) yield page.toReversed();
    },
  };
}

/** Leaves out of the metadata what a listing cannot tell. */
function withoutMetadata(account: AccountInspector): AccountInspector {
  return {
    ...account,
    listReadings: async function* (container, options) {
      for await (const page of account.listReadings(container, options))
        yield page.map(({ path, reading, tags }) => ({
          path,
          reading: { ...reading, metadata: {} },
          tags,
          metadataUntold: true,
        }));
    },
  };
}

describe('verify', () => {
  it('looks at what two listings agree on where they cannot tell all metadata', async () => {
    const pair = createPair();
    await pair.write(KEY);
    const written = await pair.backup.read(KEY);
    if (!isBlob(written) || written.stamp === undefined) throw new Error('it was not mirrored');
    const metadata = addStamp({ other: 'x' }, written.stamp);
    await pair.backup.restamp({ key: KEY, metadata, ifMatch: written.etag });
    const { source, backup } = pair.sides;
    const found = await collectFindings({
      source: withoutMetadata(source),
      backup: withoutMetadata(backup),
    });
    expect([...found.differences.values()].flat()).toMatchObject([{ difference: 'metadata', name: 'other' }]);
  });

  it('finds the same, once each, when the two services list in different orders', async () => {
    const pair = createPair();
    for (let n = 0; n < 9; n++) await pair.write(parseKey('photos', `blob-${n}`));
    const sides = { ...pair.sides, backup: inAnotherOrder(pair.sides.backup) };
    const equal = await collectFindings(sides);
    expect(equal.differences).toEqual(new Map());
    expect(equal.tally.blobs).toBe(9);

    pair.backup.remove(parseKey('photos', 'blob-3'));
    pair.backup.put(parseKey('photos', 'blob-7'), { content: 'x' });
    pair.backup.put(parseKey('photos', 'blob-35'), { content: 'x' });
    const { differences, tally } = await collectFindings(sides);
    const first = Object.fromEntries([...differences].map(([place, [each]]) => [place, each?.difference]));
    expect(first).toEqual({
      'photos/blob-3': 'missing-on-backup',
      'photos/blob-35': 'extra-on-backup',
      'photos/blob-7': 'stamp-missing',
    });
    expect(tally.differences).toBe(3);
  });

  it('looks only at what is in scope, and only at the prefix and the containers asked for', async () => {
    const pair = createPair();
    for (const container of ['photos', 'secret', 'videos']) {
      for (const path of ['a/1', 'b/1']) {
        await pair.write(parseKey(container, path));
        pair.backup.remove(parseKey(container, path));
      }
    }
    const scope = createScope('sourceaccount', {
      containers: { include: [], exclude: ['secret'] },
    });
    const inScope = await collectFindings(pair.sides, { scope });
    expect([...inScope.differences.keys()].toSorted()).toEqual([
      'photos/a/1',
      'photos/b/1',
      'videos/a/1',
      'videos/b/1',
    ]);
    const narrow = { prefix: 'a/', containers: new Set([parseContainerName('photos')]) };
    expect([...(await collectFindings(pair.sides, narrow)).differences.keys()]).toEqual(['photos/a/1']);
  });

  it('compares a container with the one that it is named on the backup', async () => {
    const pair = createPair();
    const scope = createScope('sourceaccount', {
      names: { prefix: 'mirror-of-', map: new Map() },
    });
    await pair.write(KEY);
    const copy = pair.backup.peek(KEY);
    if (copy === undefined) throw new Error('it was not mirrored');
    pair.backup.dropContainer(KEY.container);
    pair.backup.addContainer(parseContainerName('mirror-of-photos'));
    pair.backup.addContainer(parseContainerName('of-somebody-else'));
    pair.backup.put(parseKey('mirror-of-photos', KEY.path), copy);
    const sides = { ...pair.sides, backup: mapInspector(pair.sides.backup, scope) };
    const { differences, tally } = await collectFindings(sides, { scope, content: 'read' });
    expect(differences).toEqual(new Map());
    expect(tally).toMatchObject({ containers: 1, blobs: 1 });
  });

  it('tells of a container with blobs that has no name on the backup, and goes on', async () => {
    const pair = createPair();
    const scope = createScope('sourceaccount', { names: { prefix: 'mirror-of-', map: new Map() } });
    pair.source.addContainer(parseContainerName('$web'));
    pair.source.put(parseKey('$web', 'index.html'), { content: 'x' });
    pair.source.addContainer(KEY.container);
    pair.source.put(KEY, { content: 'x' });
    pair.backup.addContainer(parseContainerName('mirror-of-photos'));
    const sides = { ...pair.sides, backup: mapInspector(pair.sides.backup, scope) };
    const findings = await collectFindings(sides, { scope });
    expect(names(findings, '$web')).toEqual(['container-missing']);
    expect(names(findings, '$web/index.html')).toEqual(['missing-on-backup']);
    expect(names(findings, 'photos/cat.jpg')).toEqual(['missing-on-backup']);
  });

  it('counts each blob of a container that the backup lacks', async () => {
    const pair = createPair();
    for (const path of ['a', 'b', 'other/c']) await pair.write(parseKey('photos', path));
    pair.backup.dropContainer(KEY.container);
    const { tally, ...findings } = await collectFindings(pair.sides, { prefix: '' });
    expect(tally).toMatchObject({ containers: 1, blobs: 3, differences: 4, differing: 4 });
    expect(names({ tally, ...findings }, 'photos')).toEqual(['container-missing']);
    expect(names({ tally, ...findings }, 'photos/other/c')).toEqual(['missing-on-backup']);
  });

  it('counts what the settings keep on the backup, and calls it no difference', async () => {
    const pair = createPair();
    await pair.write(KEY);
    pair.source.remove(KEY);
    const kept = await collectFindings(pair.sides, { policy: { ...POLICY, deletes: 'keep' } });
    expect(kept.differences).toEqual(new Map());
    expect(kept.tally.kept).toBe(1);
    expect(names(await collectFindings(pair.sides), 'photos/cat.jpg')).toEqual(['extra-on-backup']);
  });

  it('leaves out source blobs that came from the backup account', async () => {
    const pair = createPair();
    for (const account of [pair.source, pair.backup]) account.addContainer(KEY.container);
    const etag = pair.backup.put(KEY, { content: 'original' });
    const stamp = { account: 'backupaccount', etag, lastModified: new Date() };
    pair.source.put(KEY, { content: 'original', metadata: addStamp({}, stamp) });
    const { differences, tally } = await collectFindings(pair.sides);
    expect(differences).toEqual(new Map());
    expect(tally.replicas).toBe(1);
  });

  it('does not miss the stamp where the metadata leaves no room for one', async () => {
    const pair = createPair();
    pair.source.addContainer(KEY.container);
    pair.source.put(KEY, { content: 'x', metadata: { long: 'l'.repeat(8150) } });
    await converge({ source: pair.source, backup: pair.backup, policy: POLICY }, KEY);
    expect((await collectFindings(pair.sides, { content: 'read' })).differences).toEqual(new Map());
  });

  it('says how many blobs had no MD5 to compare the content by', async () => {
    const pair = createPair();
    await pair.write(KEY);
    expect((await collectFindings(pair.sides, { content: 'md5' })).tally.contentUnproven).toBe(1);
    expect((await collectFindings(pair.sides, { content: 'read' })).tally.contentUnproven).toBe(0);
  });

  it('ignores a source container without blobs that the backup lacks, and one of the service itself', async () => {
    const pair = createPair();
    pair.source.addContainer(parseContainerName('empty'));
    pair.source.addContainer(parseContainerName('$logs'));
    pair.source.put(parseKey('$logs', 'log'), { content: 'x' });
    expect((await collectFindings(pair.sides)).differences).toEqual(new Map());
  });

  it('fails at once when an account stops answering, though keys still wait for their source to rest', async () => {
    const pair = createPair();
    await pair.write(KEY);
    pair.backup.put(parseKey('photos', 'a-extra'), { content: 'x' });
    const source: AccountInspector = {
      ...pair.sides.source,
      listReadings: async function* (container, options) {
        yield* pair.sides.source.listReadings(container, options);
        throw new BlobmirrorError('storage-unavailable', 'no answer');
      },
    };
    const verifying = collectFindings({ ...pair.sides, source }, { settleMs: 3_600_000 });
    await expect(verifying).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});
