import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * Writes down which kind of accounts a data directory is for, at the first start with it, and holds later starts to
 * that: the stored documents of the one kind say nothing to the other. The directory must be held.
 *
 * @throws BlobmirrorError `setting-invalid` for a directory of the other kind, which is left as it is
 */
export async function rememberAccountKind(directory: string, hierarchical: boolean): Promise<void> {
  const file = join(directory, 'account-kind');
  const wanted = hierarchical ? 'hierarchical' : 'flat';
  const kept = await readKind(directory, file);
  if (kept === undefined) return await writeFile(file, wanted);
  if (kept === wanted) return;
  const change = hierarchical ? 'leave --hns out' : 'add --hns';
  throw new BlobmirrorError(
    'setting-invalid',
    `--data ${directory} holds ${kept} accounts and cannot serve ${wanted} ones; ${change} or use another folder`,
  );
}

async function readKind(directory: string, file: string): Promise<string | undefined> {
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  // Directories that were made before they had a mark are of flat accounts: there was no other kind.
  return existsSync(join(directory, 'storage')) ? 'flat' : undefined;
}
