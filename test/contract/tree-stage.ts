import { type Access } from '../../src/model/access.ts';
import { type Etag, parseEtag } from '../../src/model/etag.ts';
import { type Key, keyText, parseContainerName, parseKey } from '../../src/model/key.ts';
import type { BlobPresent, DirectoryPresent } from '../../src/model/reading.ts';
import { addStamp } from '../../src/model/stamp.ts';
import type { CopyOutcome } from '../../src/ports/backup-store.ts';
import type { ListedBlob, ListRange } from '../../src/ports/blob-reader.ts';
import type { WriteCondition } from '../../src/ports/write-outcome.ts';
import type { TreeStoresUnderTest } from './tree-stores.ts';

type Side = 'source' | 'backup';

export const STAMP = {
  account: 'sourceaccount',
  etag: parseEtag('0xABC'),
  lastModified: new Date('2026-11-21T20:00:00Z'),
};

export const ABSENT = { present: false, container: 'exists' } as const;
export const NOTHING_THERE: WriteCondition = { nothingThere: true };
export const STALE = parseEtag('0x1');

export const FILE_ACCESS: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---',
};
export const DIRECTORY_ACCESS: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x--x',
  acl: 'user::rwx,group::r-x,other::--x,default:user::rwx,default:group::r-x,default:other::---',
};

/** The stores that all tests of a suite share, in a container of their own, and helpers for the tests. */
export interface TreeStage {
  readonly stores: TreeStoresUnderTest;
  /** A path that no other test uses, in a directory that does not exist. */
  readonly newKey: () => Key;
  readonly below: (key: Key, rest: string) => Key;
  readonly parentOf: (key: Key) => Key;
  /** @throws Error when something else is there, as does `directory` */
  readonly file: (side: Side, key: Key) => Promise<BlobPresent>;
  readonly directory: (side: Side, key: Key) => Promise<DirectoryPresent>;
  readonly newDirectory: (side: Side) => Promise<{ key: Key; etag: Etag }>;
  readonly newFile: (side: Side, content?: string) => Promise<{ key: Key; etag: Etag }>;
  /** Copies a file of the source, `copied`, to a key on the backup. */
  readonly copyTo: (key: Key, condition?: WriteCondition) => Promise<CopyOutcome>;
  /** Everything that the backup lists. */
  readonly list: (container: string, range?: ListRange) => Promise<ListedBlob[]>;
}

export function createTreeStage(stores: () => TreeStoresUnderTest): TreeStage {
  let keys = 0;

  const newKey = (): Key => parseKey('lake', `tree ${++keys} ü%/entry`);
  const below = ({ container, path }: Key, rest: string): Key => parseKey(container, `${path}/${rest}`);
  const parentOf = ({ container, path }: Key): Key =>
    parseKey(container, path.slice(0, path.lastIndexOf('/')));

  async function file(side: Side, key: Key): Promise<BlobPresent> {
    const reading = await stores()[side].read(key);
    if (!reading.present || reading.kind === 'directory') throw new Error(`${keyText(key)} is no file`);
    return reading;
  }

  async function directory(side: Side, key: Key): Promise<DirectoryPresent> {
    const reading = await stores()[side].read(key);
    if (!reading.present || reading.kind !== 'directory') throw new Error(`${keyText(key)} is no directory`);
    return reading;
  }

  async function newDirectory(side: Side): Promise<{ key: Key; etag: Etag }> {
    const key = newKey();
    await stores().makeDirectory(side, key);
    return { key, etag: (await directory(side, key)).etag };
  }

  async function newFile(side: Side, content = 'x'): Promise<{ key: Key; etag: Etag }> {
    const key = newKey();
    await stores().put(side, key, { content });
    return { key, etag: (await file(side, key)).etag };
  }

  async function copyTo(key: Key, condition: WriteCondition = NOTHING_THERE): Promise<CopyOutcome> {
    const { key: from } = await newFile('source', 'copied');
    const source = await file('source', from);
    const metadata = addStamp({}, STAMP);
    return await stores().backup.copy({ key, from, source, metadata, condition, tier: undefined, tags: {} });
  }

  async function list(container: string, range: ListRange = {}): Promise<ListedBlob[]> {
    const listed = [];
    for await (const page of stores().backup.listBlobs(parseContainerName(container), range))
      listed.push(...page.entries);
    return listed;
  }

  return {
    get stores() {
      return stores();
    },
    newKey,
    below,
    parentOf,
    file,
    directory,
    newDirectory,
    newFile,
    copyTo,
    list,
  };
}
