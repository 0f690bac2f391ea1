import type { MemoryAccount } from '../memory/memory-account.ts';
import type { Key } from '../../src/model/key.ts';

/** Whether a secured version of the key waits on the backup to be placed. */
export function isSecured(backup: MemoryAccount, { container, path }: Key): boolean {
  const staged = `.blobmirror/staging/${encodeURIComponent(path)}-`;
  return [...(backup.containers.get(container)?.blobs.keys() ?? [])].some((other) =>
    other.startsWith(staged),
  );
}
