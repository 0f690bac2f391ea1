import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second wherever Node runs. */
const TICKS_PER_SECOND = 100;

/**
 * The processor time in seconds of all child processes that have ended, and of theirs; undefined where the system has
 * no /proc. One that outlived the process that started it is not counted.
 */
export function cpuOfChildren(): number | undefined {
  let stat;
  try {
    stat = readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return undefined;
  }
  // `pid (name) state …`, and a name may hold anything. Children are fields 16 and 17 of proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
