/**
 * `npm run dev -- [flags of npm start]`: builds what changed whenever a source changes, and starts everything again. What
 * does not compile is reported and left out: the former build goes on. Accounts and queues begin empty at each start
 * unless `--data DIR` keeps them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { buildChanged } from './build.ts';

const SETTLED_AFTER_MS = 150;
/** `blobmirror start` takes at most five to stop. */
const STOP_WITHIN_MS = 8000;
const WATCHED = ['src', 'packages', 'host.json', 'vite.config.ts', 'package.json'];

let environment = start();
let timer: NodeJS.Timeout | undefined;
let building = Promise.resolve();
for (const path of WATCHED.filter(existsSync))
  watch(path, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(rebuild);
    }, SETTLED_AFTER_MS);
  });

// Ctrl-C reaches the environment, too, which then stops by itself; a signal to this process alone is handed on.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    void stop(environment).then(() => process.exit(0));
  });

function start(): ChildProcess {
  const args = ['dist/package/cli/main.js', 'start', ...process.argv.slice(2)];
  // It ends when the channel closes, and so with this process, however this one ends.
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

async function rebuild(): Promise<void> {
  if ((await buildChanged()) !== 'built') return;
  process.stderr.write('blobmirror: starting again\n');
  await stop(environment);
  environment = start();
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.send('stop', () => undefined);
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(late);
}
