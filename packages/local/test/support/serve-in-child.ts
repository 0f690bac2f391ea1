import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

import type { StorageOptions } from '../../src/start-storage.ts';
import { createSender, type Send } from './raw-requests.ts';
import type { Report } from './serve-with-reports.ts';

export interface ServingChild {
  readonly send: Send;
  /** What it reported of its disk, the oldest first. */
  readonly told: readonly string[];
  /** Takes the limit of the size of files away. */
  raiseLimit(): void;
  /** Resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface ChildOptions extends Pick<StorageOptions, 'dataDirectory' | 'hierarchical'> {
  /** The user that it becomes. */
  readonly uid?: number | undefined;
  /** No file may be larger: the system refuses writes beyond, those of SQLite too. */
  readonly limitBytes?: number;
}

const SCRIPT = fileURLToPath(new URL('serve-with-reports.ts', import.meta.url));
/** The unit of `ulimit -f`, by POSIX. */
const LIMIT_UNIT = 512;

/** Serves in a process of its own. Resolves to the message of the error when the start is refused. */
export async function serveInChild({ limitBytes, ...options }: ChildOptions): Promise<ServingChild | string> {
  // The soft limit, so that it can be raised.
  const limit = limitBytes === undefined ? 'unlimited' : String(limitBytes / LIMIT_UNIT);
  const command = `ulimit -S -f ${limit}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', command, process.execPath, SCRIPT, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const told: string[] = [];
  const started = await new Promise<number | string>((resolve, reject) => {
    child.on('message', (report: Report) => {
      if ('told' in report) told.push(report.told);
      else resolve('port' in report ? report.port : report.refused);
    });
    child.once('exit', (code) => reject(new Error(`the child ended before it served: ${code}`)));
  });
  if (typeof started === 'string') return started;
  const blobEndpoint = (account: string): string => `http://127.0.0.1:${started}/${account}`;
  return {
    send: createSender({ blobEndpoint }, 'sourceaccount'),
    told,
    raiseLimit() {
      const { status, stderr } = spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
      if (status !== 0) throw new Error(`prlimit: ${String(stderr)}`);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** @throws Error when the start is refused */
export async function serve(options: ChildOptions): Promise<ServingChild> {
  const child = await serveInChild(options);
  if (typeof child === 'string') throw new Error(child);
  return child;
}
