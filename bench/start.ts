/**
 * How long `npm start` takes from the command to the line that says that it is ready, `-- --times 5`. It asserts that
 * it gets ready, and nothing about times.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string', default: '5' } } });
const folder = mkdtempSync(join(tmpdir(), 'blobmirror-start-'));
const ports = ['--storage-port', '--service-bus-port', '--http-port']
  .map((option) => `${option} 0`)
  .join(' ');
for (let n = 1; n <= Number(values.times); n++)
  console.log(`start ${n}: ${(await secondsToReady()).toFixed(2)} s`);
rmSync(folder, { recursive: true });

async function secondsToReady(): Promise<number> {
  const began = performance.now();
  // On Windows npm is a batch file, which only a shell starts. Elsewhere a group of its own can be ended as by Ctrl-C.
  const child = spawn(`npm start -- ${ports} --ready-file ${join(folder, 'local.json')}`, {
    shell: true,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let seconds: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('blobmirror is ready')) continue;
    seconds = (performance.now() - began) / 1000;
    interrupt(child.pid ?? 0);
  }
  await ended;
  if (seconds === undefined) throw new Error('npm start ended before it was ready');
  return seconds;
}

function interrupt(pid: number): void {
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
  else process.kill(-pid, 'SIGINT');
}
