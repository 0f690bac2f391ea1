import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/cli/run-start.ts';
import { parsePrometheus, valueOf } from '../telemetry/support/parse-prometheus.ts';
import { spawnBlobmirror } from '../e2e/support/blobmirror-process.ts';
import { startEnvironment, trackProcess } from '../e2e/support/start-environment.ts';
import { untilMirrored } from '../e2e/support/until-mirrored.ts';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { makePackage } from './support/make-package.ts';

let folder: string;

beforeAll(async () => {
  folder = await makePackage();
});
afterAll(() => rm(folder, { recursive: true }));

it('a worker of the package mirrors, counts and traces, with what is loaded only when it is needed', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const port = await freePort(0, 'the worker');
  const worker = trackProcess(
    spawnBlobmirror(
      [
        join(folder, 'cli/main.js'),
        'worker',
        `--local=${environment.readyFile}`,
        '--http-port',
        String(port),
      ],
      {
        cwd: folder,
        program: process.execPath,
        env: {
          BLOBMIRROR_CANARY: 'off',
          // Nobody is there. Traces are made all the same.
          APPLICATIONINSIGHTS_CONNECTION_STRING:
            'InstrumentationKey=00000000-1111-2222-3333-444444444444;IngestionEndpoint=https://127.0.0.1:9/',
          APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
          OTEL_BSP_SCHEDULE_DELAY: '100',
        },
      },
    ),
  );
  await waitUntil('the worker is ready', () => worker.output.stdout.includes('worker is ready'), {
    saw: () => worker.output.stderr,
  });
  await environment.source.createContainer('photos');
  await environment.source.getContainerClient('photos').getBlockBlobClient('cat.jpg').upload('cat', 3);
  await untilMirrored(environment, 'photos', 'cat.jpg');

  const metrics = await fetch(`http://127.0.0.1:${port}/api/metrics`);
  expect(metrics.status).toBe(200);
  const samples = parsePrometheus(await metrics.text());
  expect(valueOf(samples, 'blobmirror_bytes_total', { door: 'event' })).toBe(3);
  expect(valueOf(samples, 'blobmirror_recovery_live_age')).toBeLessThan(60);
  expect(worker.output.stderr).not.toMatch(/tracing could not be started|is not a constructor/);
});
