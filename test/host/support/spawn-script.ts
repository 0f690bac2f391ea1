import { spawn } from 'node:child_process';
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

/** Runs a TypeScript file in a process of its own, from its source. */
export function spawnScript(file: URL, ...args: string[]): Script {
  const child = spawn(process.execPath, ['--conditions=blobmirror-source', fileURLToPath(file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${file.pathname} ended without a further line`);
      return next.value;
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    endInput: () => void child.stdin.end(),
    ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 'gone'))),
    kill: () => void child.kill('SIGKILL'),
  };
}
