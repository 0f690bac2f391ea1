import { spawnSync } from 'node:child_process';

/** Fails with `otherwise` for a program that does not run. */
export function tryTool(program: string, args: string[], otherwise: string): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${otherwise}. ${error?.message ?? stderr}`);
}
