import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface ProcessLine {
  readonly pid: number;
  readonly group: number;
  readonly state: string;
}

/** Signals every process of the group; does nothing if there is none. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The running processes of a group, without zombies. */
export function processesOf(group: number): number[] {
  const lines = process.platform === 'linux' ? listFromProc() : listFromPs();
  return lines.filter((line) => line.group === group && !line.state.startsWith('Z')).map(({ pid }) => pid);
}

function listFromProc(): ProcessLine[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readStat(name);
      // `pid (name) state parent group …`; the name may hold any character.
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === undefined ? [] : [{ pid: Number(name), group: Number(group), state }];
    });
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function listFromPs(): ProcessLine[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,pgid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, group, state] = line.trim().split(/\s+/);
    return state === undefined ? [] : [{ pid: Number(pid), group: Number(group), state }];
  });
}
