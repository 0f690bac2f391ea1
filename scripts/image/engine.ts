import { spawn } from 'node:child_process';

/** A way to run containers on this machine. */
export interface Engine {
  readonly kind: 'docker' | 'podman';
  /** For people: the program, its version, and where it runs. */
  readonly name: string;
  /**
   * Runs a command of the engine and returns its standard output.
   *
   * @throws CommandFailed when its exit status is not 0
   */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Gets each line of standard output and standard error; the command is ended when it answers true. */
  readonly until?: (line: string) => boolean;
  /** Undefined: the command runs to its end, also after an interruption. */
  readonly signal?: AbortSignal | undefined;
}

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly status: number | null;
  readonly stdout: string;

  constructor(command: readonly string[], status: number | null, stdout: string, stderr: string) {
    const why = stderr.trim() || stdout.trim();
    super(`"${command.join(' ')}" ended with ${status ?? 'a signal'}${why === '' ? '' : `:\n${why}`}`);
    this.status = status;
    this.stdout = stdout;
  }
}

/** An engine whose commands are those of `program`, with further variables in their environment. */
export function createEngine(
  { kind, name, program }: Pick<Engine, 'kind' | 'name'> & { readonly program: string },
  env: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Engine {
  return {
    kind,
    name,
    run: async (args, options) =>
      await runProgram(program, args, { signal, ...options, env: { ...env, ...options?.env } }),
  };
}

/** @throws CommandFailed; what `spawn` throws where there is no such program; the reason of the signal */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env, until, signal }: RunOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  return await new Promise((resolve, reject) => {
    // In a group of its own: Ctrl-C reaches all of the foreground's, and would break off what cleans up.
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const stop = () => child.kill('SIGTERM');
    const output = { stdout: '', stderr: '' };
    let isSeen = false;
    for (const name of ['stdout', 'stderr'] as const) {
      let rest = '';
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        if (until === undefined || isSeen || !lines.some((line) => until(line))) return;
        isSeen = true;
        stop();
      });
    }
    signal?.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (status) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (isSeen || (status === 0 && until === undefined)) resolve(output.stdout);
      else reject(new CommandFailed([program, ...args], status, output.stdout, output.stderr));
    });
  });
}
