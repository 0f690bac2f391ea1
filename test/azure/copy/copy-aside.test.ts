import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAzureBackupStore } from '../../../src/azure/backup-store.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import { stagingKey } from '../../../src/azure/copy/staged-copies.ts';
import { isSameAccess } from '../../../src/model/access.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import { type BlobPresent, isBlob } from '../../../src/model/reading.ts';
import { addStamp } from '../../../src/model/stamp.ts';
import type { BackupStore, CopyRequest } from '../../../src/ports/backup-store.ts';
import { type LakePair, startLakePair } from '../../support/lake-pair.ts';

const ENGINES: readonly (readonly [name: string, options: Partial<CopyOptions>])[] = [
  ['blocks-from-url', { largestInOneRequest: 0, serverBlock: { size: 2, atOnce: 1 } }],
  ['streamed', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 1 } }],
];
const CONTENT = '0123456789';

describe.each(ENGINES)(
  'a file that the Data Lake API wrote on the backup, copied by %s',
  (engine, options) => {
    let pair: LakePair;
    let key: Key;
    let keys = 0;
    beforeAll(async () => {
      pair = await startLakePair();
      for (const side of ['source', 'backup'] as const) await pair.addContainer(side, 'lake');
    });
    beforeEach(async () => {
      key = parseKey('lake', `dir/file ${++keys} ü%`);
      await pair.put('source', key, { content: CONTENT });
      await write('old');
    });
    afterAll(async () => {
      await pair.stop();
    });

    const worker = (more: Partial<CopyOptions> = {}): BackupStore => {
      const { source, backup } = pair.connectionStrings;
      return createAzureBackupStore(
        connectAccount({ connectionString: backup }),
        connectAccount({ connectionString: source }),
        { ...options, ...more },
      );
    };

    /** As another tool would: create, append, flush. */
    async function write(content: string): Promise<void> {
      const file = pair.users.backup.getFileSystemClient('lake').getFileClient(key.path);
      await file.upload(Buffer.from(content));
    }

    async function blob(side: 'source' | 'backup'): Promise<BlobPresent> {
      const reading = await pair[side].read(key);
      if (!isBlob(reading)) throw new Error(`${key.path} is not there`);
      return reading;
    }

    async function request(): Promise<CopyRequest> {
      const source = await blob('source');
      const metadata = addStamp({ Aa: 'b' }, { account: pair.source.account, ...source });
      const condition = { ifMatch: (await blob('backup')).etag };
      return { key, source, metadata, condition, tier: undefined, tags: {} };
    }

    /** Everything in the reserved directory. */
    async function aside(): Promise<string[]> {
      const paths: string[] = [];
      for await (const { name, isDirectory } of pair.users.backup.getFileSystemClient('lake').listPaths({
        recursive: true,
      }))
        if (name?.startsWith('.blobmirror/') && isDirectory !== true) paths.push(name);
      return paths;
    }

    it('is replaced by a copy with its stamp and the former access, without leftovers', async () => {
      await pair.setAccess('backup', key, {
        owner: 'alice',
        group: 'staff',
        permissions: 'rw-r-----',
        acl: 'user::rw-,group::r--,other::---',
      });
      const { access } = await blob('backup');
      const wanted = await request();
      expect(await worker().copy(wanted)).toEqual({ kind: 'written', engine });
      expect(await pair.content('backup', key)).toBe(CONTENT);
      const copied = await blob('backup');
      expect(copied).toMatchObject({ metadata: { Aa: 'b' }, stamp: { etag: wanted.source.etag } });
      expect(access?.owner).toBe('alice');
      expect(isSameAccess(copied.access, access)).toBe(true);
      expect(await aside()).toEqual([]);
    });

    it('keeps its old content until the last block is staged, and any worker continues the copy', async () => {
      const wanted = await request();
      let calls = 0;
      for (let kind = 'unfinished'; kind === 'unfinished'; calls++) {
        ({ kind } = await worker({ budgetMs: 0 }).copy(wanted));
        expect(await pair.content('backup', key)).toBe(kind === 'unfinished' ? 'old' : CONTENT);
      }
      expect(calls).toBe(CONTENT.length / 2);
      expect(await aside()).toEqual([]);
    });

    it('is not changed when it was written again meanwhile, without leftovers', async () => {
      const wanted = await request();
      expect(await worker({ budgetMs: 0 }).copy(wanted)).toMatchObject({ kind: 'unfinished' });
      await write('newer');
      expect(await worker().copy(wanted)).toMatchObject({ kind: 'backup-precondition-failed' });
      expect(await pair.content('backup', key)).toBe('newer');
      expect(await aside()).toEqual([]);
    });

    it('is replaced by the staged copy of a worker that died before the rename', async () => {
      await worker().copy(await request());
      const made = parseKey('lake', `${key.path} made`);
      await pair.rename('backup', key, made);
      await write('old');
      const wanted = await request();
      await pair.rename('backup', made, stagingKey(wanted));
      expect(await aside()).toHaveLength(1);
      expect(await worker().copy(wanted)).toEqual({ kind: 'written', engine });
      expect(await pair.content('backup', key)).toBe(CONTENT);
      expect(await aside()).toEqual([]);
    });
  },
);
