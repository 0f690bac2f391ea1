import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalError } from './local-error.ts';

/**
 * Creates the directory and locks it for this process: two environments that write the same files would
 * corrupt both. The lock of a dead process is taken over. Returns a function that releases the lock.
 *
 * @throws LocalError `setting-invalid`
 */
export async function lockDataDirectory(directory: string): Promise<() => Promise<void>> {
  const mark = join(directory, 'in-use-by');
  try {
    await mkdir(directory, { recursive: true });
    const holder = await readHolder(mark);
    if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
      throw new LocalError(
        'setting-invalid',
        `the data directory ${directory} is in use by process ${holder}; it should be a folder of its own`,
      );
    }
    await writeFile(mark, String(process.pid));
  } catch (cause) {
    if (cause instanceof LocalError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LocalError(
      'setting-invalid',
      `the data directory ${directory} cannot be used (${why}); it should be a folder that can be written to`,
      { cause },
    );
  }
  return async () => await rm(mark, { force: true });
}

async function readHolder(mark: string): Promise<number | undefined> {
  try {
    const pid = Number(await readFile(mark, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Records the kind of accounts that a data directory holds at its first start, and checks it at later starts:
 * the two kinds cannot read each other's documents. The directory must be locked.
 *
 * @throws LocalError `setting-invalid` for a directory of the other kind, which is left unchanged
 */
export async function recordAccountKind(directory: string, hierarchical: boolean): Promise<void> {
  const file = join(directory, 'account-kind');
  const wanted = hierarchical ? 'hierarchical' : 'flat';
  const kept = await readRecordedKind(directory, file);
  if (kept === undefined) return await writeFile(file, wanted);
  if (kept === wanted) return;
  throw new LocalError(
    'setting-invalid',
    `the data directory ${directory} holds ${kept} accounts and cannot serve ${wanted} ones; set hierarchical to ${kept === 'hierarchical'} or use another folder`,
  );
}

async function readRecordedKind(directory: string, file: string): Promise<string | undefined> {
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  // Directories from before this file existed hold flat accounts, then the only kind.
  return existsSync(join(directory, 'storage')) ? 'flat' : undefined;
}
