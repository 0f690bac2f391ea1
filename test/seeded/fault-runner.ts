import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from './fault.ts';
import { type Judgement, type Report, judgeReport } from './judge-report.ts';
import { nearTests } from './list-faults.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** For tests that a fault keeps from ending. */
const LONGEST_MS = 180_000;
/** For the tests near all faults. */
const LONGEST_OF_ALL_MS = 1_200_000;

export interface RunRequest {
  readonly files: readonly string[];
  /** A pattern of the names of tests. */
  readonly only?: string;
  readonly fault?: Fault;
}

export interface RunResult {
  /** Whether the source was loaded with the fault in it. */
  readonly isLoaded: boolean;
  /** How many of the files are no tests that run in this process. */
  readonly missing: number;
  readonly report: Report;
}

export interface RunnerOptions {
  /** Prints what vitest prints. */
  readonly isLoud: boolean;
}

/**
 * Runs tests with a fault, one run at a time, in a process that keeps vitest from one to the next: most of what a run
 * costs otherwise is its start. A process in which a fault was not noticed is replaced, in case it is the reason.
 */
export class FaultRunner {
  readonly #options: RunnerOptions;
  #child: ChildProcess | undefined;
  /** For its temporary files: it is killed, and removes none. */
  #folder: string | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Runs the tests near a fault with it. */
  async try(fault: Fault): Promise<Judgement> {
    const only = fault.test === undefined ? {} : { only: patternOf(fault.test) };
    const result = await this.#run({ files: nearTests(fault), ...only, fault }, LONGEST_MS);
    const judgement = judgeReport(result?.report, result?.isLoaded === true);
    if (judgement.kind === 'unnoticed') await this.stop();
    return judgement;
  }

  /** Runs tests without any fault, up to the first that fails. Resolves to what failed, or did not run. */
  async failuresOf(files: readonly string[]): Promise<readonly string[]> {
    const result = await this.#run({ files }, LONGEST_OF_ALL_MS);
    if (result === undefined) return ['the tests did not end in time, or their process died'];
    const { missing, report } = result;
    return [
      ...report.errors,
      ...report.testResults.flatMap(({ name, message, assertionResults }) => [
        ...(message === '' ? [] : [`${name}: ${message}`]),
        ...assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
      ]),
      ...(missing > 0 ? [`${missing} files were not run: tests of other processes do not see a fault`] : []),
    ];
  }

  /** Ends the process, with its workers: one in an endless loop does not notice that vitest has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) await kill(child);
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  /** Resolves to undefined if the tests do not end in time, or the process dies. */
  async #run(request: RunRequest, longestMs: number): Promise<RunResult | undefined> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'seeded-'));
    const child = (this.#child ??= await start(this.#options, this.#folder));
    const { promise, resolve } = Promise.withResolvers<RunResult | undefined>();
    const giveUp = (): void => {
      resolve(undefined);
    };
    const timer = setTimeout(giveUp, longestMs);
    child.once('exit', giveUp).once('message', resolve);
    child.send(request);
    const result = await promise;
    clearTimeout(timer);
    child.off('exit', giveUp).off('message', resolve);
    if (result === undefined) await this.stop();
    return result;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
  await ended;
}

async function start({ isLoud }: RunnerOptions, folder: string): Promise<ChildProcess> {
  const output = isLoud ? 'inherit' : 'ignore';
  const child = fork(
    fileURLToPath(new URL('runner-process.ts', import.meta.url)),
    [ROOT, isLoud ? 'loud' : ''],
    {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder },
      stdio: ['ignore', output, output, 'ipc'],
      // A group of its own, so that its workers end with it.
      detached: process.platform !== 'win32',
    },
  );
  const isReady = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  if (!isReady) throw new Error('vitest does not start: try --loud to see why');
  return child;
}

/** The pattern of one test. Vitest puts a `>` between the titles of suites, and the list of faults does not. */
function patternOf(title: string): string {
  const literal = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return `^${literal.replaceAll(' ', '(?: > | )')}$`;
}
