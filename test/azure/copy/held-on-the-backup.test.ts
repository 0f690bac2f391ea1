import { describe, expect, it } from 'vitest';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createAzureBackupStore } from '../../../src/azure/backup-store.ts';
import type { Key } from '../../../src/model/key.ts';
import { type CopyStage, contentOf, present } from './support/copy-stage.ts';
import { onCopyStage } from './support/on-copy-stage.ts';

describe('a blob on the backup', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  it('that somebody leases is refused by name, and not taken for one that changed', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('new', 3);
    await stage.onBackup.getBlockBlobClient(key.path).upload('old', 3);
    await stage.onBackup.getBlobClient(key.path).getBlobLeaseClient().acquireLease(-1);
    const store = stage.worker();
    const { etag: ifMatch } = await present(store, key);
    const leased = { kind: 'refused', reason: 'backup-leased' };
    expect(await store.copy(await stage.requestFor(key))).toMatchObject(leased);
    expect(await store.restamp({ key, metadata: {}, ifMatch })).toEqual(leased);
    expect(await store.delete(key, ifMatch, 'absent-at-source')).toEqual(leased);
    expect(await contentOf(stage.onBackup, key)).toBe('old');
    await stage.onBackup.getBlobClient(key.path).getBlobLeaseClient().breakLease(0);
  });

  it('that was deleted for its new version gets it, also when mirroring is paused meanwhile', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    let isPaused = false;
    const store = createAzureBackupStore(
      connectAccount({ connectionString: stage.backupThroughWire }),
      connectAccount({ connectionString: stage.sourceDirectly }),
      { engine: 'streamed', streamedBlock: { size: 4, atOnce: 1 } },
      () => isPaused,
    );
    const request = await stage.requestFor(key);
    const secured = await store.secure(request);
    if (secured.kind !== 'secured') throw new Error(`it is ${secured.kind}`);
    isPaused = true;
    expect(await store.place(request, secured.secured)).toEqual({ kind: 'written' });
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
  });

  it('is not stamped when somebody overwrote it after it was compared', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    let writes = 0;
    stage.wire.intercept = async ({ url }) => {
      if (!url.includes('comp=metadata') || writes++ > 0) return undefined;
      await stage.onBackup.getBlockBlobClient(key.path).upload('theirs', 6);
      return undefined;
    };
    const outcome = await stage.worker({ verify: 'full' }).copy(await stage.requestFor(key));
    expect(outcome.kind).toBe('backup-precondition-failed');
    expect(writes).toBe(1);
    const found = await present(stage.backup, key);
    expect(found).toMatchObject({ size: 6, stamp: undefined });
  });

  it('has an MD5 with each piece that is appended to it', async () => {
    const blob = stage.atSource.getAppendBlobClient(key.path);
    await blob.create();
    await blob.appendBlock('0123456789', 10);
    const store = stage.worker({ engine: 'streamed', streamedBlock: { size: 4, atOnce: 1 } });
    expect(await store.copy(await stage.requestFor(key))).toMatchObject({ kind: 'written' });
    const appended = stage.wire.requests.filter(({ url }) => url.includes('comp=appendblock'));
    expect(appended.map(({ headers }) => headers['content-md5'] !== undefined)).toEqual([true, true, true]);
  });
});
