import type { BackupStore } from '../../src/ports/backup-store.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import type { Schedule } from '../memory/schedule.ts';
import type { MirrorFunctions } from './mirror-functions.ts';
import type { WorldKind } from './stage.ts';

/** The backup as one worker sees it: with a history where the world has one. */
export function openBackup(
  { kind, backup, functions }: { kind: WorldKind; backup: MemoryAccount; functions: MirrorFunctions },
  schedule: Schedule,
): BackupStore {
  const store = backup.through(schedule);
  return kind === 'kept' ? functions.keepHistory(store, backup.historyThrough(schedule)) : store;
}
