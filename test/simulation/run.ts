/**
 * `npm run simulate`: many histories on all cores. It ends with code 1 at the first one that breaks a promise, and
 * tells the simplest history that breaks the same promise.
 *
 *   npm run simulate -- --histories 1000000 --seed 1 --threads 2
 *   npm run simulate -- --tree             hierarchical accounts, with directories and renames
 *   npm run simulate -- --leased           flat accounts, with leases on the backup
 *   npm run simulate -- --kept             flat accounts, with a history on the backup
 *   npm run simulate -- --seed 19748 --histories 1      plays one history again
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { explain, search, type Range } from './search.ts';

/** Histories that a thread plays before it asks for more. */
const SLICE = 20_000;

type Report = { readonly played: number } | { readonly failed: number; readonly message: string };

async function playSlice(range: Range): Promise<void> {
  const found = await search(range);
  const report: Report =
    found === undefined
      ? { played: range.histories }
      : { failed: found.seed, message: found.violation.message };
  parentPort?.postMessage(report, []);
}

function playAll({ kind, firstSeed, histories }: Range, threads: number): Promise<number | undefined> {
  const started = performance.now();
  let given = 0;
  let played = 0;

  const progress = (): void => {
    const perMinute = Math.round((played / (performance.now() - started)) * 60_000);
    process.stdout.write(
      `${played.toLocaleString('en')} of ${histories.toLocaleString('en')} histories kept every promise, ${perMinute.toLocaleString('en')} a minute\n`,
    );
  };

  const playOn = (): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      if (given >= histories) {
        resolve(undefined);
        return;
      }
      const range: Range = {
        kind,
        firstSeed: firstSeed + given,
        histories: Math.min(SLICE, histories - given),
      };
      given += range.histories;
      const thread = new Worker(new URL(import.meta.url), { workerData: range });
      thread.once('error', reject);
      thread.once('message', (report: Report) => {
        if ('failed' in report) {
          process.stdout.write(`seed ${report.failed} breaks a promise: ${report.message}\n`);
          given = histories;
          resolve(report.failed);
          return;
        }
        played += report.played;
        progress();
        resolve(playOn());
      });
    });

  return Promise.all(Array.from({ length: threads }, playOn)).then((seeds) =>
    seeds.find((seed) => seed !== undefined),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
      histories: { type: 'string', default: '1000000' },
      tree: { type: 'boolean', default: false },
      leased: { type: 'boolean', default: false },
      kept: { type: 'boolean', default: false },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const [seed, histories, threads] = [values.seed, values.histories, values.threads].map(Number);
  if (!isCount(seed) || !isCount(histories) || !isCount(threads)) {
    process.stderr.write('--seed, --histories and --threads take whole numbers from 1 on\n');
    process.exitCode = 2;
    return;
  }
  const kind = values.tree ? 'tree' : values.leased ? 'leased' : values.kept ? 'kept' : 'flat';
  process.stdout.write(
    `${histories.toLocaleString('en')} ${kind} histories from seed ${seed}, ${threads} at a time\n`,
  );
  const failed = await playAll({ kind, firstSeed: seed, histories }, threads);
  if (failed === undefined) return;
  process.stdout.write(`\nThe simplest history that breaks the same promise:\n\n`);
  process.stdout.write(`${(await explain(kind, failed)).join('\n')}\n`);
  process.stdout.write(
    `\nAgain: npm run simulate --${kind === 'flat' ? '' : ` --${kind}`} --seed ${failed} --histories 1\n`,
  );
  process.exitCode = 1;
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 1;
}

if (isMainThread) await main();
else await playSlice(workerData as Range);
