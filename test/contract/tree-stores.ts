import type { Access } from '../../src/model/access.ts';
import type { Key } from '../../src/model/key.ts';
import type { Metadata } from '../../src/model/stamp.ts';
import type { StoresUnderTest } from './stores.ts';

/** A hierarchical source and backup under test, and what a user can do to the tree of either. */
export interface TreeStoresUnderTest extends StoresUnderTest {
  /** Where nothing is; creates the directories above, too. */
  makeDirectory(
    side: 'source' | 'backup',
    key: Key,
    having?: { readonly metadata?: Metadata; readonly access?: Access },
  ): Promise<void>;
  setAccess(side: 'source' | 'backup', key: Key, access: Access): Promise<void>;
  setRootAccess(side: 'source' | 'backup', container: string, access: Access): Promise<void>;
  /** Moves a file or directory to another path, whose parent exists. */
  rename(side: 'source' | 'backup', from: Key, to: Key): Promise<void>;
  /** With everything below it. */
  removeDirectory(side: 'source' | 'backup', key: Key): Promise<void>;
  /** Whether the backup still holds what `moveToTrash` named so. */
  isInTrash(trashed: Key): Promise<boolean>;
}
