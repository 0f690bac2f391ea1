import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a client to its end, returns its standard output, and fails with what it printed when it fails. Its standard input is a pipe that stays open:
 * azcopy spins when that is /dev/null.
 */
export async function runTool(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
