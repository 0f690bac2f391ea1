import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const MODULES = join(REPOSITORY, 'node_modules');

const FOLDERS = {
  blobmirror: '.',
  '@blobmirror/local': 'packages/local',
  '@blobmirror/rhea-patches': 'packages/rhea-patches',
} as const;

export type PackageName = keyof typeof FOLDERS;

/**
 * A new folder with the packages in its node_modules as npm publishes them. Packages of others
 * are links into the repository: an install without a registry is not possible.
 */
export async function installPacked(
  names: readonly PackageName[],
  { others }: { others: boolean },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  const modules = join(folder, 'node_modules');
  for (const name of names) {
    const into = join(modules, name);
    await mkdir(into, { recursive: true });
    await unpack(await packOnce(name), into);
  }
  if (others) await linkOthers(modules);
  return folder;
}

const packed = new Map<PackageName, Promise<string>>();
let tarballs: Promise<string> | undefined;

/** Packing builds and compiles, so the tests of a process share the files. */
async function packOnce(name: PackageName): Promise<string> {
  tarballs ??= mkdtemp(join(tmpdir(), 'blobmirror-packed-'));
  const folder = await tarballs;
  const packing = packed.get(name) ?? pack(name, folder);
  packed.set(name, packing);
  return await packing;
}

/** Removes the files that were packed. */
export async function removePacked(): Promise<void> {
  const folder = await tarballs;
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

/** The file that npm would publish. */
async function pack(name: PackageName, folder: string): Promise<string> {
  const args = ['pack', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, {
    cwd: join(REPOSITORY, FOLDERS[name]),
    // On Windows npm is a batch file, which only a shell starts.
    shell: process.platform === 'win32',
  });
  const file = /"filename": "([^"]+)"/.exec(stdout)?.[1];
  if (file === undefined) throw new Error(`npm pack named no file: ${stdout}`);
  return join(folder, file);
}

/** Every such file holds one folder, `package`. */
async function unpack(file: string, into: string): Promise<void> {
  await run('tar', ['-xzf', file, '--strip-components=1', '-C', into]);
}

async function linkOthers(modules: string): Promise<void> {
  const names = readdirSync(MODULES).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(MODULES, name)).map((inner) => join(name, inner)) : [name],
  );
  for (const name of names) {
    const link = join(modules, name);
    if (name.startsWith('.') || name.startsWith('@blobmirror') || existsSync(link)) continue;
    await mkdir(dirname(link), { recursive: true });
    // A junction takes no rights on Windows; other systems take it for a link.
    await symlink(join(MODULES, name), link, 'junction');
  }
}
