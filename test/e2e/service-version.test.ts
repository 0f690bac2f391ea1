import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeReadyFile } from '@blobmirror/local/connections';
import { SERVICE_VERSIONS } from '../../src/model/service-version.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { queueCounts, untilQueueDrained } from './support/queue-counts.ts';
import { refuseVersions } from './support/refuse-versions.ts';
import { startEnvironment, startWorker } from './support/start-environment.ts';
import { through } from './support/start-proxied-worker.ts';
import { startProxy } from './support/start-proxy.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

test('events wait while the accounts accept no version, and are mirrored by the newest that they accept', async () => {
  const environment = await startEnvironment(['--no-worker', '--hns']);
  const { source, info } = environment;
  const gate = refuseVersions('2026-02-06');
  const port = await startProxy(Number(new URL(info.source.blobEndpoint).port), gate.intercept);
  const readyFile = join(await temporaryDirectory(), 'old.json');
  await writeReadyFile(readyFile, {
    ...info,
    source: through(port, info.source),
    backup: through(port, info.backup),
  });
  const worker = await startWorker(readyFile);
  const photos = source.getContainerClient('photos');
  await photos.create();
  await photos.getBlockBlobClient('first').upload('first', 5);
  await untilMirrored(environment, 'photos', 'first');
  // The backup's service, which copies from the source, uses an older version for its requests.
  expect([...gate.passed].toSorted().at(-1)).toBe('2026-02-06');
  const told = worker.logged('the account refuses a version of the storage services; an older one is used');
  expect(told.map((line) => String(line['account'])).toSorted()).toEqual(
    [info.backup.accountName, info.source.accountName].toSorted(),
  );

  const checked = await runBlobmirror(['check', `--local=${readyFile}`, '-o', 'json']);
  const findings = JSON.parse(checked.stdout) as { check: string; status: string; detail: string }[];
  const version = findings.find(({ check }) => check === 'source-version');
  expect(version).toMatchObject({ status: 'warning' });
  expect(version?.detail).toMatch(new RegExp(`${SERVICE_VERSIONS[0]}.*2026-02-06`));

  gate.newest = undefined;
  for (let n = 0; n < 24; n++) await photos.getBlockBlobClient(`blob ${n}`).upload(`${n}`, String(n).length);
  await waitUntil('events are put off', () => worker.logged('event will be tried again').length >= 5, {
    every: 50,
  });
  expect(worker.logged('event will be tried again')).toMatchObject(
    expect.arrayContaining([expect.objectContaining({ code: 'service-version-refused' })]) as object,
  );
  const status = await runBlobmirror(['status', `--local=${readyFile}`, '-o', 'json']);
  const { health } = JSON.parse(status.stdout) as {
    health: { problems: { code: string; detail: string }[] };
  };
  expect(health.problems.find(({ code }) => code === 'source-unreachable')?.detail).toContain(
    SERVICE_VERSIONS[0],
  );
  expect(await queueCounts(info.serviceBus)).toMatchObject({ deadLetter: 0 });

  gate.newest = SERVICE_VERSIONS[0];
  const { deadLetter } = await untilQueueDrained(info.serviceBus);
  expect(deadLetter).toBe(0);
  expect(await expectEqualAccounts(environment)).toBeGreaterThanOrEqual(25);
});
