import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../api/run.ts';
import type { LocalOption } from '../command-options.ts';
import { localized } from '../hints.ts';
import { type OutputFormat, printMessage, startProgressLine } from '../output/print.ts';
import { explainTimeout } from '../output/reminders.ts';
import { figuresOf, secondsLeft } from './run-figures.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { Reconciler } from '../../wiring/create-reconciliation.ts';

/** Milliseconds. */
export interface Pace {
  readonly askEvery: number;
  /** When no worker has made progress for this long, a message says so. An idle worker takes a shard within a second. */
  readonly workerWithin: number;
}

export interface FollowOptions extends LocalOption {
  /** Of the lines of progress where standard error is no terminal. Default: a table's, for people. */
  readonly output?: OutputFormat;
  /** Mirroring was paused when the run began. */
  readonly isPaused?: boolean;
}

const PACE: Pace = { askEvery: 1000, workerWithin: 30_000 };

/**
 * Prints the progress of a run on standard error until it has ended. While the state cannot be read, it says so once and
 * waits: the run goes on without this command.
 */
export async function followRun(
  started: Run,
  former: Run | undefined,
  reconciler: Pick<Reconciler, 'read'>,
  stopped: Promise<void>,
  pace: Pace = PACE,
  options: FollowOptions = {},
): Promise<Run | 'interrupted'> {
  const leave = new AbortController();
  const progress = startRunProgress(started, former, options);
  const interrupted = stopped.then(() => 'interrupted' as const);
  try {
    return await Promise.race([
      interrupted,
      untilEnded(started, reconciler, progress, { ...pace, ...options }, leave.signal),
    ]);
  } finally {
    leave.abort();
    progress.stop();
  }
}

async function untilEnded(
  started: Run,
  reconciler: Pick<Reconciler, 'read'>,
  progress: RunProgress,
  pace: Pace & LocalOption,
  left: AbortSignal,
): Promise<Run> {
  const quietUntil = performance.now() + pace.workerWithin;
  let isQuiet = true;
  let isUnreadable = false;
  for (let run = started; ;) {
    if (run.state !== 'comparing' && run.state !== 'deleting') return run;
    if (isQuiet && hasMoved(run)) isQuiet = false;
    if (isQuiet && performance.now() > quietUntil) {
      isQuiet = false;
      progress.print(
        localized(
          `no worker has finished a slice of this run within ${pace.workerWithin / 1000} s. A large first slice takes longer; if no worker runs, start one: blobmirror worker`,
          pace,
        ),
      );
    }
    await sleep(pace.askEvery, undefined, { signal: left });
    try {
      run = await read(started, reconciler);
      progress.update(run);
      isUnreadable = false;
    } catch (error) {
      if (!(error instanceof BlobmirrorError) || error.disposition !== 'retry') throw error;
      if (!isUnreadable) progress.print(`the run cannot be read now; trying again: ${error.message}`);
      isUnreadable = true;
    }
  }
}

async function read({ id }: Run, reconciler: Pick<Reconciler, 'read'>): Promise<Run> {
  const run = await reconciler.read(id);
  if (run !== undefined) return run;
  throw new BlobmirrorError('run-not-found', `the run ${id} is gone`);
}

/** Whether a worker had a part in it. The time of the last update says nothing: whoever begins a run updates it as well. */
function hasMoved({ state, shards }: Run): boolean {
  return (
    state !== 'comparing' ||
    Object.values(shards).some(({ slices, isDone, tries = 0 }) => slices > 0 || isDone || tries > 0)
  );
}

interface RunProgress {
  update(run: Run): void;
  /** A line of its own. */
  print(line: string): void;
  stop(): void;
}

/** Interval between progress lines when standard error is not a terminal. */
const LINE_EVERY_MS = 5000;

/**
 * Progress on standard error: one line that is redrawn on a terminal; elsewhere a line now and then, of JSON if the data
 * is.
 */
function startRunProgress(
  started: Run,
  former: Run | undefined,
  { output = 'table', isPaused = false }: FollowOptions,
): RunProgress {
  const formerKeys = former && figuresOf(former).keys;
  let run = started;
  const idle = isPaused
    ? 'mirroring was paused when the run began, and no worker has finished a slice of it yet'
    : 'no worker has finished a slice of this run yet; is one running?';
  const waits = (): string | undefined => (hasMoved(run) ? undefined : idle);
  const line = startProgressLine(() => waits() ?? describeProgress(run, line.seconds(), formerKeys));
  explainTimeout(() => ({
    waits: waits() ?? describeProgress(run, line.seconds(), formerKeys),
    hint: `The run ${run.id} goes on without this command: see it with "blobmirror reconcile show ${run.id}", or allow more time with --timeout.`,
  }));
  const say = (): void => {
    const seconds = line.seconds();
    if (output === 'json') printMessage(JSON.stringify(progressOf(run, seconds, formerKeys)));
    else printMessage(waits() ?? describeProgress(run, seconds, formerKeys));
  };
  const timer = process.stderr.isTTY ? undefined : setInterval(say, LINE_EVERY_MS);
  return {
    update: (newer) => {
      run = newer;
    },
    print: (text) => {
      line.clear();
      printMessage(text);
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
