import type { Run } from '../../model/reconcile/run.ts';
import { startProgressLine } from '../progress-line.ts';
import { figuresOf, secondsLeft } from './run-figures.ts';

export interface RunProgress {
  update(run: Run): void;
  /** A line of its own. */
  tell(line: string): void;
  stop(): void;
}

/** Where nobody sees a line change, so often a new one is printed. */
const LINE_EVERY_MS = 5000;

/** How a run goes on, on standard error: one line that changes on a terminal, lines of JSON elsewhere. */
export function startRunProgress(started: Run, former: Run | undefined): RunProgress {
  const formerKeys = former && figuresOf(former).keys;
  let run = started;
  const line = startProgressLine(() => describeProgress(run, line.seconds(), formerKeys));
  const timer = process.stderr.isTTY
    ? undefined
    : setInterval(() => {
        process.stderr.write(`${JSON.stringify(progressOf(run, line.seconds(), formerKeys))}\n`);
      }, LINE_EVERY_MS);
  return {
    update: (newer) => {
      run = newer;
    },
    tell: (text) => {
      line.clear();
      process.stderr.write(`${text}\n`);
    },
    stop: () => {
      clearInterval(timer);
      line.stop();
    },
  };
}

export function describeProgress(run: Run, seconds: number, formerKeys: number | undefined): string {
  const {
    keys,
    keysPerSecond,
    outOfStep,
    repaired,
    failed,
    secondsLeft: left,
  } = progressOf(run, seconds, formerKeys);
  return [
    `${run.state}: ${number(keys)} keys`,
    `${number(keysPerSecond)}/s`,
    `${number(outOfStep)} out of step`,
    `${number(repaired)} repaired`,
    failed > 0 && `${number(failed)} failed`,
    clock(seconds),
    left !== undefined && `about ${clock(left)} left`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}

export function progressOf(run: Run, seconds: number, formerKeys: number | undefined) {
  const { keys, outOfStep, repaired, skipped, failed } = figuresOf(run);
  const left = secondsLeft(keys, seconds, formerKeys);
  return {
    run: run.id,
    state: run.state,
    seconds: Math.round(seconds),
    keys,
    keysPerSecond: Math.round(keys / Math.max(seconds, 0.001)),
    outOfStep,
    repaired,
    skipped,
    failed,
    ...(left !== undefined && { secondsLeft: Math.round(left) }),
  };
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
