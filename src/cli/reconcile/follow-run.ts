import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../api/run.ts';
import { startProgressLine } from '../output/print.ts';
import { figuresOf, secondsLeft } from './run-figures.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { Reconciler } from '../../wiring/create-reconciliation.ts';

/** Milliseconds. */
export interface Pace {
  readonly askEvery: number;
  /** So long nobody may have told of the run before that is told of. An idle worker takes a shard within a second. */
  readonly workerWithin: number;
}

const PACE: Pace = { askEvery: 1000, workerWithin: 30_000 };

/**
 * Tells on standard error how a run goes on, until it has ended. A state that cannot be read for a while is told of and
 * waited for: the run does not depend on who watches it.
 */
export async function followRun(
  started: Run,
  former: Run | undefined,
  reconciler: Pick<Reconciler, 'read'>,
  stopped: Promise<void>,
  pace: Pace = PACE,
): Promise<Run | 'interrupted'> {
  const leave = new AbortController();
  const progress = startRunProgress(started, former);
  const interrupted = stopped.then(() => 'interrupted' as const);
  try {
    return await Promise.race([interrupted, untilEnded(started, reconciler, progress, pace, leave.signal)]);
  } finally {
    leave.abort();
    progress.stop();
  }
}

async function untilEnded(
  started: Run,
  reconciler: Pick<Reconciler, 'read'>,
  progress: RunProgress,
  pace: Pace,
  left: AbortSignal,
): Promise<Run> {
  const quietUntil = performance.now() + pace.workerWithin;
  let isQuiet = true;
  let isLost = false;
  for (let run = started; ;) {
    if (run.state !== 'comparing' && run.state !== 'deleting') return run;
    if (isQuiet && hasMoved(run, started)) isQuiet = false;
    if (isQuiet && performance.now() > quietUntil) {
      isQuiet = false;
      progress.print(
        `no worker has told of a piece of this run for ${pace.workerWithin / 1000} s. A first large piece takes longer; if none runs, start one: blobmirror worker`,
      );
    }
    await sleep(pace.askEvery, undefined, { signal: left });
    try {
      run = await read(started, reconciler);
      progress.update(run);
      isLost = false;
    } catch (error) {
      if (!(error instanceof BlobmirrorError) || error.disposition !== 'retry') throw error;
      if (!isLost) progress.print(`the run cannot be read now and is asked for again: ${error.message}`);
      isLost = true;
    }
  }
}

async function read({ id }: Run, reconciler: Pick<Reconciler, 'read'>): Promise<Run> {
  const run = await reconciler.read(id);
  if (run !== undefined) return run;
  throw new BlobmirrorError('run-not-found', `the run ${id} is gone`);
}

function hasMoved(run: Run, started: Run): boolean {
  return (
    run.updatedAt !== started.updatedAt ||
    Object.values(run.shards).some(({ slices, isDone }) => slices > 0 || isDone)
  );
}

interface RunProgress {
  update(run: Run): void;
  /** A line of its own. */
  print(line: string): void;
  stop(): void;
}

/** Where nobody sees a line change, so often a new one is printed. */
const LINE_EVERY_MS = 5000;

/** How a run goes on, on standard error: one line that changes on a terminal, lines of JSON elsewhere. */
function startRunProgress(started: Run, former: Run | undefined): RunProgress {
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
    print: (text) => {
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
    clockText(seconds),
    left !== undefined && `about ${clockText(left)} left`,
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

function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
