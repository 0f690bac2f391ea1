import type { MemoryBlob } from '../memory/memory-account.ts';
import type { Key } from '../../src/model/key.ts';
import type { BackupStore } from '../../src/ports/backup-store.ts';
import type { BlobReader } from '../../src/ports/blob-reader.ts';

/** A source and a backup under test, and what a user can do to either. */
export interface StoresUnderTest {
  readonly source: BlobReader;
  readonly backup: BackupStore;
  /** Writes as a user would, over an existing blob too. Creates the container if needed. */
  put(side: 'source' | 'backup', key: Key, blob: MemoryBlob): Promise<void>;
  remove(side: 'source' | 'backup', key: Key): Promise<void>;
  snapshot(side: 'source' | 'backup', key: Key): Promise<void>;
  /** Deletes the snapshots of a blob, and leaves the blob. */
  removeSnapshots(side: 'source' | 'backup', key: Key): Promise<void>;
  content(side: 'source' | 'backup', key: Key): Promise<string | undefined>;
  addContainer(side: 'source' | 'backup', container: string): Promise<void>;
  stop(): Promise<void>;
}
