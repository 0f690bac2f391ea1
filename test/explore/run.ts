/**
 * `npm run explore`: every history of small worlds, on all cores. It prints what each scope had, and ends with code 1 at
 * the first history that breaks a promise, which it tells.
 *
 *   npm run explore
 *   npm run explore -- --only "flat: write, delete"      scopes whose names begin so
 *   npm run explore -- --deep                            the larger ones as well
 *   npm run explore -- --list
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createStory } from '../simulation/story.ts';
import { type Explored, explore } from './explore.ts';
import { modelOf } from './model.ts';
import { DEEP_SCOPES, SCOPES } from './scopes.ts';

const EVERY_SCOPE = new Map([...SCOPES, ...DEEP_SCOPES]);

interface Report {
  readonly counts: Explored;
  readonly broken: readonly string[] | undefined;
  readonly isDone: boolean;
}

async function exploreScope(name: string): Promise<void> {
  const scope = EVERY_SCOPE.get(name);
  if (scope === undefined) throw new Error(`there is no scope "${name}"`);
  const report = (isDone: boolean, counts: Explored, broken?: readonly string[]): void =>
    parentPort?.postMessage({ isDone, counts, broken } satisfies Report, []);
  const found = await explore(modelOf(scope), { onProgress: (soFar) => report(false, soFar) });
  report(true, found, found.broken && (await tell(name, found.broken)));
}

/** A broken promise, with the history that breaks it, line by line. */
async function tell(
  name: string,
  { violation, path }: NonNullable<Explored['broken']>,
): Promise<readonly string[]> {
  const scope = EVERY_SCOPE.get(name);
  if (scope === undefined) return [];
  const story = createStory();
  const model = modelOf(scope, undefined, story.tell);
  const scene = await model.start();
  await model.settle(scene);
  try {
    for (const move of path) {
      model
        .moves(scene)
        .find((each) => each.name === move)
        ?.act();
      await model.settle(scene);
    }
  } catch {
    // The last move broke the promise.
  }
  return [violation.message, ...story.lines];
}

const count = (number: number): string => number.toLocaleString('en').padStart(11);

function exploreInThread(name: string, onProgress: (counts: Report['counts']) => void): Promise<Report> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), {
      workerData: name,
      // A state that was seen takes some hundred bytes.
      resourceLimits: { maxOldGenerationSizeMb: 6000 },
    });
    thread.once('error', reject);
    thread.on('message', (report: Report) => {
      if (report.isDone) resolve(report);
      else onProgress(report.counts);
    });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      deep: { type: 'boolean', default: false },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const names = [...(values.deep ? EVERY_SCOPE : SCOPES).keys()].filter((name) =>
    name.startsWith(values.only),
  );
  const threads = Number(values.threads);
  if (names.length === 0 || !Number.isSafeInteger(threads) || threads < 1) {
    process.stderr.write(
      '--only takes the beginning of a name of --list, and --threads a whole number from 1 on\n',
    );
    process.exitCode = 2;
    return;
  }
  if (values.list) {
    process.stdout.write(`${names.join('\n')}\n`);
    return;
  }

  const began = performance.now();
  const sums = { states: 0, histories: 0, seenBefore: 0, tradedPlaces: 0 };
  const waiting = [...names];
  let isBroken = false;
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined && !isBroken; name = waiting.shift()) {
      const scope = name;
      const started = performance.now();
      const { counts, broken } = await exploreInThread(scope, ({ states }) => {
        if (states % 50_000 === 0) process.stderr.write(`${scope}: ${count(states).trim()} states so far\n`);
      });
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(7);
      process.stdout.write(
        `${count(counts.histories)} histories ${count(counts.states)} states ${count(counts.seenBefore)} reached again ${count(counts.tradedPlaces)} left out ${seconds} s  ${scope}\n`,
      );
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += counts[key];
      if (broken === undefined) continue;
      isBroken = true;
      process.exitCode = 1;
      process.stdout.write(`\n${broken.join('\n')}\n`);
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  const left = isBroken ? 'a promise is broken' : 'none is left';
  process.stdout.write(
    `${count(sums.histories).trim()} histories, ${count(sums.states).trim()} states, ${count(sums.seenBefore).trim()} reached again, ${count(sums.tradedPlaces).trim()} orders left out, in ${minutes} minutes: ${left}\n`,
  );
}

if (isMainThread) await main();
else await exploreScope(workerData as string);
