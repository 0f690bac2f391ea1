import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withLocalSettings } from './local-settings.ts';
import type { ReadyFile } from './ready-file.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { MAIN_SCRIPT } from './package.ts';
import { WORKER_FLAGS } from './worker-flags.ts';

export interface WorkerProcess {
  /** Sends SIGTERM, and SIGKILL after four seconds. */
  stop(): Promise<void>;
}

const RESTART_AFTER_MS = 1000;
const STOP_WITHIN_MS = 4000;

/**
 * Runs `blobmirror worker` as a process of its own and restarts it when it dies, as Azure Functions would. It ends with
 * this process, even when that is killed: the channel between them closes.
 *
 * @throws BlobmirrorError `worker-ended` when it ends before it is ready
 */
export async function startWorkerProcess(
  info: ReadyFile,
  httpPort: number,
  { sweep, log }: { sweep: boolean; log: Logger },
): Promise<WorkerProcess> {
  let stopping = false;

  function launch(...more: readonly string[]): ChildProcess {
    const args = ['worker', '--http-port', String(httpPort), ...more];
    const script = fileURLToPath(MAIN_SCRIPT);
    return spawn(process.execPath, [...WORKER_FLAGS, script, ...args], {
      env: withLocalSettings(info, process.env),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  // Only the first one: messages that a dead worker had in hand are still in the queue.
  let child = launch(...(sweep ? ['--sweep', '--alone'] : []));
  await ready(child);
  void keepAlive();

  async function keepAlive(): Promise<void> {
    for (;;) {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (stopping || child.exitCode === 0) return;
      log.warn('the worker died and is restarted', {
        exitCode: child.exitCode,
        signal: child.signalCode,
      });
      await sleep(RESTART_AFTER_MS, undefined, { ref: false });
      if (stopping) return;
      child = launch();
    }
  }

  return {
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.send('stop', () => undefined);
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code, signal) => {
      reject(
        new BlobmirrorError(
          'worker-ended',
          `the worker ended with ${signal ?? `status ${code}`} before it was ready`,
        ),
      );
    });
  });
}
