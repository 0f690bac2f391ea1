/** Fails where package-lock.json says something else than package.json, of this package or of one of its workspaces. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

type Manifest = Readonly<Record<string, unknown>>;

/** What npm copies into the lock file as it is. */
const COPIED = [
  'version',
  'license',
  'bin',
  'engines',
  'workspaces',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
];

const read = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const root = read('package.json');
const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Manifest>> };

const folders = ['', ...globSync((root['workspaces'] ?? []) as string[])].map((folder) =>
  folder.replaceAll('\\', '/'),
);
const wrong = folders.flatMap((folder) => {
  const manifest = read(folder === '' ? 'package.json' : `${folder}/package.json`);
  const locked = packages[folder] ?? {};
  return COPIED.filter((member) => !isDeepStrictEqual(manifest[member], locked[member])).map(
    (member) => `"${member}" of ${folder === '' ? 'package.json' : `${folder}/package.json`}`,
  );
});

// Whether each locked version is one that was asked for is npm's to say. On Windows only a shell finds it.
const npm = spawnSync('npm ci --dry-run --offline --ignore-scripts', { shell: true, encoding: 'utf8' });
if (npm.status !== 0) process.stderr.write(npm.stderr);
for (const each of wrong) process.stderr.write(`package-lock.json differs in ${each}\n`);
if (wrong.length > 0 || npm.status !== 0) {
  process.stderr.write('to correct it: npm install --package-lock-only\n');
  process.exitCode = 1;
}
