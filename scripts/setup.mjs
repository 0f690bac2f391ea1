// Runs before `npm start`, `npm test` and the like: installs what package-lock.json asks for and builds what changed.
// Needs nothing but Node and npm, and runs on whatever Node is there: the project's own comes with the install.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

/** @param {string} text */
const say = (text) => process.stderr.write(`blobmirror: ${text}\n`);

/** @param {string[]} args */
function npm(args) {
  // On Windows npm is a batch file, which only a shell starts. One string, since the arguments hold no spaces.
  const { status } = spawnSync(`npm ${args.join(' ')}`, { stdio: ['ignore', 2, 2], shell: true });
  if (status === 0) return;
  say(`"npm ${args.join(' ')}" failed; its output is above`);
  process.exit(status ?? 1);
}

const installed = 'node_modules/.package-lock.json';
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
  say('installing dependencies, which takes a minute or two the first time');
  const started = performance.now();
  // Not `npm ci`: it refuses a lock file that lacks a package for another platform, and a registry may not have them all.
  npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  say(`installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

if (process.features.typescript) {
  const { buildChanged } = await import('./build.ts');
  if ((await buildChanged()) === 'failed') process.exit(1);
} else {
  // An older Node began this; npm finds the one that was installed.
  npm(['run', '--silent', 'build']);
}
if (process.env.npm_lifecycle_event === 'prestart') say('starting');
