import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssMiB: number;
  readonly peakRssMiB: number;
}

/** From Linux, for any process; a clock tick is 10 ms there (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** @throws Error on other systems than Linux */
export function usageOf(pid: number): Usage {
  const fields = statOf(pid);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    rssMiB: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
    peakRssMiB: Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
  };
}

/** What all children of this process that have ended used, and their own children. @throws Error on other systems than Linux */
export function endedChildrenCpuMs(): number {
  const fields = statOf(process.pid);
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** From the third field of proc_pid_stat(5) on; the second is a name in parentheses that may hold anything. */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
