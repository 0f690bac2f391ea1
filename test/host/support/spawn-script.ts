import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Script {
  /** The next line of its output. */
  line(): Promise<string>;
  /** Gives it a line of input. */
  tell(line: string): void;
  endInput(): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  kill(): void;
}

/** Runs a script of this folder in a process of its own, from its source. */
export function spawnScript(name: string, ...args: string[]): Script {
  const resolver = new URL('resolve-typescript.ts', import.meta.url);
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ['--import', resolver.href, file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${name} ended without a further line`);
      return next.value;
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    endInput: () => void child.stdin.end(),
    ended: once(child, 'exit').then(([code, signal]: unknown[]) => (code ?? signal) as number | string),
    kill: () => void child.kill('SIGKILL'),
  };
}
