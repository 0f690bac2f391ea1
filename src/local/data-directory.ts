import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * Makes the directory and marks it as this process's, since two environments that write to the same files would ruin
 * both. The mark of a process that died is taken over. Returns what takes the mark off.
 *
 * @throws BlobmirrorError `setting-invalid`
 */
export async function holdDataDirectory(directory: string): Promise<() => Promise<void>> {
  const mark = join(directory, 'in-use-by');
  try {
    await mkdir(directory, { recursive: true });
    const holder = await readHolder(mark);
    if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
      throw new BlobmirrorError(
        'setting-invalid',
        `--data ${directory} is in use by process ${holder}; it should be a folder of its own`,
      );
    }
    await writeFile(mark, String(process.pid));
  } catch (cause) {
    if (cause instanceof BlobmirrorError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BlobmirrorError(
      'setting-invalid',
      `--data ${directory} cannot be used (${why}); it should be a folder that can be written to`,
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
