/**
 * `npm run test:budget`: runs `npm test` and prints the processor time and the time that it took beside what it may
 * take, on two cores that do nothing else. What follows `--` goes to `npm test`. Ends with the status of the tests, or
 * with 1 if they passed and took more than they may.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { cpuOfChildren } from '../test/support/cpu-of-children.ts';

/** In seconds. An issue that adds tests may add three minutes of processor time. */
const BUDGET = { cpu: 12 * 60, wall: 6 * 60 };

function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

function line(what: string, measured: number | undefined, budget: number): string {
  const took = measured === undefined ? 'not measured here' : minutes(measured);
  const over = measured !== undefined && measured > budget ? '  over budget' : '';
  return `${what.padEnd(16)}${took.padStart(18)}${minutes(budget).padStart(18)}${over}\n`;
}

const npm = process.env['npm_execpath'];
if (npm === undefined) {
  process.stderr.write('start this with npm run test:budget\n');
  process.exit(2);
}
const began = performance.now();
const tests = spawn(process.execPath, [npm, 'test', '--', ...process.argv.slice(2)], { stdio: 'inherit' });
const [code] = (await once(tests, 'exit')) as [number | null];
const wall = (performance.now() - began) / 1000;
const cpu = cpuOfChildren();

process.stdout.write(`\n${'npm test'.padEnd(16)}${'measured'.padStart(18)}${'budget'.padStart(18)}\n`);
process.stdout.write(line('processor time', cpu, BUDGET.cpu));
process.stdout.write(line('time', wall, BUDGET.wall));
if (availableParallelism() !== 2) {
  process.stdout.write(`The budget of time is for two cores; here are ${availableParallelism()}.\n`);
}
const isOver = wall > BUDGET.wall || (cpu ?? 0) > BUDGET.cpu;
process.exitCode = code === 0 && isOver ? 1 : (code ?? 1);
