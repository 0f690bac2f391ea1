import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EndOfCheck } from './end-of-check.ts';
import { runProgram } from './engine.ts';

const POLL_MS = 100;

/**
 * Starts a Docker daemon with all that it has in a temporary folder, which nobody else can see: it makes no network,
 * changes no firewall, and listens on a socket in that folder. Returns its address, or an error with the last line of
 * its log when it ends before it answers.
 */
export async function startPrivateDaemon(end: EndOfCheck, signal: AbortSignal): Promise<string | Error> {
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-dockerd-'));
  // The daemon's own mounts are gone once its containers and itself are.
  end.add(async () => await rm(folder, { recursive: true, force: true, maxRetries: 20 }));
  const log = join(folder, 'log');
  const host = `unix://${join(folder, 'socket')}`;
  const output = openSync(log, 'w');
  const settings = join(folder, 'daemon.json');
  await writeFile(settings, '{}');
  const daemon = spawn(
    'dockerd',
    [
      `--host=${host}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
      // Not the settings of the machine's own daemon.
      `--config-file=${settings}`,
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
    ],
    // A group of its own: Ctrl-C would end it before its containers are removed.
    { stdio: ['ignore', output, output], detached: true },
  );
  const ended = once(daemon, 'exit').catch(() => undefined);
  end.add(async () => {
    if (isRunning(daemon)) daemon.kill('SIGTERM');
    await ended;
  });

  while (isRunning(daemon)) {
    signal.throwIfAborted();
    if (existsSync(join(folder, 'socket')) && (await answers(host))) return host;
    await delay(POLL_MS);
  }
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  return new Error(lines.at(-1) || 'it says nothing');
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function answers(host: string): Promise<boolean> {
  try {
    await runProgram('docker', ['version'], { env: { DOCKER_HOST: host } });
    return true;
  } catch {
    return false;
  }
}
