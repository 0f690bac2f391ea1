import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endedChildrenCpuMs, usageOf } from '../usage.ts';
import type { Command } from './sync-tools.ts';

export interface Measured {
  readonly status: number | string;
  readonly output: string;
  readonly seconds: number;
  /** Of the process from its start to its end, and of those that it waited for. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const LOOK_EVERY_MS = 20;

/**
 * Runs a command to its end. One at a time, since its processor time is told apart from nobody's who ends meanwhile. Its
 * standard input is a pipe that stays open: azcopy spins when that is /dev/null.
 */
export async function runMeasured({ program, args, env }: Command): Promise<Measured> {
  const before = endedChildrenCpuMs();
  const started = performance.now();
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  let peakMiB = 0;
  const timer = setInterval(() => (peakMiB = peakOf(child.pid) ?? peakMiB), LOOK_EVERY_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearInterval(timer);
  return {
    status: code ?? signal ?? 'unknown',
    output,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (endedChildrenCpuMs() - before) / 1000,
    peakMiB,
  };
}

/** Undefined when it has ended, and until the system tells. */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const { peakRssMiB } = usageOf(pid ?? 0);
    return Number.isNaN(peakRssMiB) ? undefined : peakRssMiB;
  } catch {
    return undefined;
  }
}
