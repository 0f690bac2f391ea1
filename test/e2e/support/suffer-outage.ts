import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeReadyFile } from '@blobmirror/local/connections';
import type { Status } from '../../../src/api/status.ts';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { type BlobmirrorProcess, runBlobmirror } from './blobmirror-process.ts';
import { type BreakableNetwork, startBreakableNetwork } from './breakable-network.ts';
import { freePort } from '../../../src/cli/run-start.ts';
import { type RunningEnvironment, startEnvironment, startWorker } from './start-environment.ts';
import { through } from './start-proxied-worker.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { untilMirrored } from './until-mirrored.ts';
import { waitUntil } from './wait-until.ts';

/** What was seen at one moment. */
export interface Sighting {
  /** Since the network broke, or was mended, in seconds. */
  readonly second: number;
  readonly status: Status;
  /** The age of the live point, in seconds. */
  readonly live: number;
  /** How far the status, when it was made, and the metrics, when they were asked, were from the clock, in seconds. */
  readonly off: { readonly status: number; readonly metric: number };
}

export interface Patient {
  readonly environment: RunningEnvironment;
  readonly worker: BlobmirrorProcess;
  readonly network: BreakableNetwork;
  readonly status: () => Promise<Status>;
  readonly health: () => Promise<{ readonly status: number; readonly codes: readonly string[] }>;
  /** The age of the live point, in seconds; undefined where the metrics have none. */
  readonly metric: (name: string) => Promise<number | undefined>;
  /** `blobmirror status`, by the way that the worker takes. */
  readonly commandLine: () => Promise<{ readonly exit: number | string; readonly text: string }>;
  /** Begins to write blobs to the source, ten each second, until it is told to stop; the number of them. */
  readonly load: () => () => Promise<number>;
}

/** A mirror whose way to the backup account, the mirror's own state included, can break. */
export async function startPatient(env: Readonly<Record<string, string>>): Promise<Patient> {
  const environment = await startEnvironment(['--no-worker']);
  const { info, source } = environment;
  const network = await startBreakableNetwork(Number(new URL(info.backup.blobEndpoint).port));
  const port = await freePort(0, 'the app');
  const baseUrl = `http://127.0.0.1:${port}`;
  const readyFile = join(await temporaryDirectory(), 'breakable.json');
  const behindIt: ReadyFile = {
    ...info,
    backup: through(network.port, info.backup),
    http: { baseUrl },
  };
  await writeReadyFile(readyFile, behindIt);
  const worker = await startWorker(readyFile, ['--http-port', String(port)], { env });
  const container = source.getContainerClient('photos');
  await container.create();
  await container.getBlockBlobClient('before').upload('before', 6);
  await untilMirrored(environment, 'photos', 'before');

  return {
    environment,
    worker,
    network,
    status: async () => (await (await fetch(`${baseUrl}/api/status`)).json()) as Status,
    health: async () => {
      const answer = await fetch(`${baseUrl}/api/health`);
      const { problems } = (await answer.json()) as Status['health'];
      return { status: answer.status, codes: problems.map(({ code }) => code) };
    },
    metric: async (name) => {
      const text = await (await fetch(`${baseUrl}/api/metrics`)).text();
      const value = new RegExp(`^blobmirror_recovery_${name}_age (\\S+)`, 'm').exec(text)?.[1];
      return value === undefined ? undefined : Number(value);
    },
    commandLine: async () => {
      const { status, stdout } = await runBlobmirror(['status', `--local=${readyFile}`], { env });
      return { exit: status, text: stdout };
    },
    load: () => {
      let written = 0;
      const over = new AbortController();
      const writing = (async () => {
        while (!over.signal.aborted) {
          await container.getBlockBlobClient(`${written % 200}`).upload('bytes', 5);
          written++;
          await sleep(100);
        }
      })();
      // A test that fails on the way does not ask how it ended.
      writing.catch(() => undefined);
      return async () => {
        over.abort();
        await writing;
        return written;
      };
    },
  };
}

/** Looks every second for so long, and tells what was seen. `began`: when the first change was lost, by the clock. */
export async function watchFor(patient: Patient, ms: number, began: number): Promise<readonly Sighting[]> {
  const sightings: Sighting[] = [];
  const start = performance.now();
  await waitUntil(
    'the outage has lasted',
    async () => {
      const status = await patient.status();
      const metric = (await patient.metric('live')) ?? Number.NaN;
      const live = (status.recovery.live?.ageMs ?? Number.NaN) / 1000;
      sightings.push({
        second: (performance.now() - start) / 1000,
        status,
        live,
        off: {
          status: Math.abs(live - (Date.parse(status.at) - began) / 1000),
          metric: Math.abs(metric - (Date.now() - began) / 1000),
        },
      });
      return performance.now() - start >= ms;
    },
    { within: ms + 30_000, every: 1000 },
  );
  return sightings;
}
