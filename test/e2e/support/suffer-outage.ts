import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeReadyFile } from '@blobmirror/local/connections';
import type { Status } from '../../../src/api/status.ts';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { WATCHED, type BlobmirrorProcess, runBlobmirror } from './blobmirror-process.ts';
import { type BreakableNetwork, startBreakableNetwork } from './breakable-network.ts';
import { freePort } from '../../../src/cli/run-start.ts';
import { type RunningEnvironment, startEnvironment, startWorker } from './start-environment.ts';
import { through } from './start-proxied-worker.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { untilMirrored } from './until-mirrored.ts';
import { waitUntil } from './wait-until.ts';

/** One observation. */
export interface Sighting {
  /** Since the network broke or was repaired, in seconds. */
  readonly second: number;
  readonly status: Status;
  /** The age of the live point, in seconds. */
  readonly live: number;
  /** The live point in seconds after the outage began, by the status and, between bounds, by the metrics. */
  readonly point: { readonly status: number; readonly metric: readonly [from: number, to: number] };
}

export interface Patient {
  readonly environment: RunningEnvironment;
  readonly worker: BlobmirrorProcess;
  readonly network: BreakableNetwork;
  readonly status: () => Promise<Status>;
  readonly health: () => Promise<{ readonly status: number; readonly codes: readonly string[] }>;
  /** The age of the live point, in seconds; undefined where the metrics have none. */
  readonly metric: (name: string) => Promise<number | undefined>;
  /** `blobmirror status`, through the same proxy as the worker. */
  readonly commandLine: () => Promise<{ readonly exit: number | string; readonly text: string }>;
  /** Begins to write blobs to the source, ten each second, until it is stopped; returns their number. */
  readonly load: () => () => Promise<number>;
}

/** A mirror whose connection to the backup account, with the mirror's own state, can break. */
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
  const worker = await startWorker(readyFile, ['--http-port', String(port)], {
    env: { ...WATCHED, ...env },
  });
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
      // A test that fails earlier does not await the result.
      writing.catch(() => undefined);
      return async () => {
        over.abort();
        await writing;
        return written;
      };
    },
  };
}

/** Observes every second for a given time. `began`: when the first change was lost, by the clock. */
export async function watchFor(patient: Patient, ms: number, began: number): Promise<readonly Sighting[]> {
  const sightings: Sighting[] = [];
  const start = performance.now();
  await waitUntil(
    'the outage has lasted',
    async () => {
      const status = await patient.status();
      const asked = Date.now();
      const metric = (await patient.metric('live')) ?? Number.NaN;
      const answered = Date.now();
      const after = (time: number): number => (time - began) / 1000;
      const live = (status.recovery.live?.ageMs ?? Number.NaN) / 1000;
      sightings.push({
        second: (performance.now() - start) / 1000,
        status,
        live,
        point: {
          status: after(Date.parse(status.at)) - live,
          metric: [after(asked) - metric, after(answered) - metric],
        },
      });
      return performance.now() - start >= ms;
    },
    { every: 1000 },
  );
  return sightings;
}
