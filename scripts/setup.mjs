// Runs before `npm start` and `npm test`: installs what package-lock.json asks for when it is not there, and
// builds. Needs nothing but Node and npm, and runs on whatever Node is installed; the scripts that follow run on
// the Node 24 that the install puts into node_modules/.bin.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, statSync, symlinkSync } from 'node:fs';

/** @param {string[]} args */
function npm(args) {
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) {
    process.stderr.write(`blobmirror: "npm ${args.join(' ')}" failed; its output is above\n`);
    process.exit(status ?? 1);
  }
}

const installed = 'node_modules/.package-lock.json';
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
  process.stderr.write('blobmirror: installing dependencies\n');
  // Not `npm ci`: it refuses a lock file that lacks a package for another platform, and a registry may not have them all.
  npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
}
npm(['run', '--silent', 'build']);

// npm links the commands of dependencies but not a package's own, and `npx blobmirror` should work here too.
const link = 'node_modules/.bin/blobmirror';
chmodSync('dist/package/cli/main.js', 0o755);
rmSync(link, { force: true });
symlinkSync('../../dist/package/cli/main.js', link);
