import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a client to its end and fails with what it printed when it fails. Its standard input is a pipe that stays open:
 * azcopy spins when that is /dev/null.
 */
export async function runTool(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}: ${output}`);
}
