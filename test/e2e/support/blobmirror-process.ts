import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expectNoSecrets } from './expect-no-secrets.ts';
import { processesOf, signalGroup } from './process-group.ts';
import { PATIENCE_MS } from '../../../packages/local/test/support/patience.ts';
import { waitUntil } from './wait-until.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../../dist/package/cli/main.js', import.meta.url));

export interface BlobmirrorProcess {
  readonly pid: number;
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Its exit status, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** The lines of its log with this message, as fields. */
  logged(message: string): Record<string, unknown>[];
  signal(name: NodeJS.Signals): void;
  /** The process and its descendants that still run. */
  processes(): number[];
  /** Ends what is left of it, and fails when its output held a secret. */
  end(): Promise<void>;
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another program than `node dist/package/cli/main.js`. */
  readonly program?: string;
}

/** Of a worker whose health is tested: it takes samples, as it does outside of tests. Its first one is due within a minute. */
export const WATCHED = { 'AzureWebJobs.watch.Disabled': 'false' } as const;

/** No process outlives the test process, whatever the result of the tests. */
const groups = new Set<number>();
process.once('exit', () => groups.forEach((pid) => signalGroup(pid, 'SIGKILL')));

/** Runs the built command in its own process group, so that leftover processes can be seen and ended. */
export function spawnBlobmirror(args: readonly string[], options: ProcessOptions = {}): BlobmirrorProcess {
  const child = spawn(
    options.program ?? process.execPath,
    options.program === undefined ? [COMMAND, ...args] : args,
    {
      cwd: options.cwd ?? REPOSITORY,
      // Full syncs that begin by schedule would disturb a test that crosses the hour or the minute.
      env: {
        ...process.env,
        BLOBMIRROR_RECONCILE_SCHEDULE: 'off',
        BLOBMIRROR_CANARY: 'off',
        // That of a test, and no setting.
        BLOBMIRROR_SEED: '',
        'AzureWebJobs.watch.Disabled': 'true',
        'AzureWebJobs.unprotected-retry.Disabled': 'true',
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const pid = child.pid;
  if (pid === undefined) throw new Error('the process could not be started');
  const output = collect(child);
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const killAll = (): void => signalGroup(pid, 'SIGKILL');
  groups.add(pid);

  return {
    pid,
    output,
    ended,
    logged: (message) => parseLog(output.stderr).filter((line) => line['msg'] === message),
    signal: (name) => void process.kill(pid, name),
    processes: () => processesOf(pid),
    end: async () => {
      signalGroup(pid, 'SIGTERM');
      const late = setTimeout(killAll, PATIENCE_MS);
      await ended;
      clearTimeout(late);
      killAll();
      await waitUntil('no process of the group is left', () => processesOf(pid).length === 0);
      groups.delete(pid);
      expectNoSecrets(output);
    },
  };
}

/** Runs the command to its end. */
export async function runBlobmirror(
  args: readonly string[],
  options?: ProcessOptions,
): Promise<{ status: number | string; stdout: string; stderr: string }> {
  const run = spawnBlobmirror(args, options);
  const late = setTimeout(() => run.signal('SIGKILL'), PATIENCE_MS);
  const status = await run.ended;
  clearTimeout(late);
  return { status, ...run.output };
}

/** What a command said, without the lines of one that takes long, as any does on a busy machine. */
export function withoutReminders(stderr: string): string {
  return stderr.replaceAll(/^.* s so far.*\n/gm, '');
}

function collect({ stdout, stderr }: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return output;
}

function parseLog(stderr: string): Record<string, unknown>[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
