import { type MemoryAccount, type Schedule, createMemoryAccount } from '../memory/memory-account.ts';
import { type MemoryEntry, isStoredDirectory } from '../memory/memory-entry.ts';
import { type MirrorCore, createMirrorCore } from '../../src/mirror/mirror-core.ts';
import type { Policy } from '../../src/mirror/policy.ts';
import { type Key, parseContainerName, parseKey } from '../../src/model/key.ts';
import { isReserved } from '../../src/model/scope.ts';
import type { Before } from './memory-pair.ts';

export const TREE_POLICY: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'off',
  acl: 'mirror',
};

export interface MemoryTree extends MirrorCore {
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
  /** All calls of the mirror core under test so far: `sourceaccount.read`. */
  readonly calls: string[];
  /** Another worker, with its own memory; its calls are neither counted nor disturbed. */
  readonly otherWorker: MirrorCore;
  /** Paths of the backup with the content of files; directories end with a slash. Without the trash. */
  readonly onBackup: () => Readonly<Record<string, string>>;
}

export const at = (path: string): Key => parseKey('lake', path);

/** Two hierarchical accounts with a container on both. `before` chooses what happens between the steps of the worker under test. */
export function createMemoryTree(before: Before = () => {}, policy: Policy = TREE_POLICY): MemoryTree {
  const calls: string[] = [];
  let disturbing = false;
  const schedule: Schedule = async (call, _key, effect) => {
    if (disturbing) return effect();
    calls.push(call);
    disturbing = true;
    try {
      await before(call);
    } finally {
      disturbing = false;
    }
    return effect();
  };
  const source = createMemoryAccount('sourceaccount', undefined, undefined, undefined, 'hierarchical');
  const backup = createMemoryAccount('backupaccount', undefined, source, undefined, 'hierarchical');
  for (const account of [source, backup]) account.addContainer(at('x').container);
  const sides = { source: source.through(schedule), backup: backup.through(schedule), policy };
  return {
    source,
    backup,
    calls,
    ...createMirrorCore(sides, { hierarchical: true }),
    otherWorker: createMirrorCore({ source, backup, policy }, { hierarchical: true }),
    onBackup: () => {
      const entries =
        backup.containers.get(parseContainerName('lake'))?.blobs ?? new Map<string, MemoryEntry>();
      const shown = [...entries]
        .filter(([path]) => !isReserved(path))
        .map(([path, entry]) => (isStoredDirectory(entry) ? [`${path}/`, ''] : [path, entry.content]));
      return Object.fromEntries(shown) as Record<string, string>;
    },
  };
}
