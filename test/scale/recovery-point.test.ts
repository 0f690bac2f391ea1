import { expect, test } from 'vitest';
import { expectEqualAccounts } from '../e2e/support/expect-equal-accounts.ts';
import { startPatient, watchFor } from '../e2e/support/suffer-outage.ts';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { printMeasured } from './support/print-measured.ts';

const THRESHOLD_S = 30;
const OUTAGE_MS = 120_000;
/** Between what is sighted and the clock: a status is shared for a while, and sightings are a second apart. */
const SLACK_S = 6;

test('an outage of the backup account for two minutes under load, with the watch and the canary at work', async () => {
  const patient = await startPatient({
    BLOBMIRROR_HEALTH_LIVE_MINUTES: String(THRESHOLD_S / 60),
    BLOBMIRROR_CANARY: 'on',
    'AzureWebJobs.watch.Disabled': 'false',
  });
  const stop = patient.load();
  await waitUntil(
    'the canary is followed',
    async () => (await patient.status()).recovery.canary.state === 'following',
    { every: 500 },
  );
  const calm = await patient.status();

  patient.network.break();
  const began = Date.now();
  const sightings = await watchFor(patient, OUTAGE_MS, began);
  const red = sightings.find(({ status }) =>
    status.health.problems.some(({ code }) => code === 'live-behind'),
  );
  const late = sightings.filter(({ second }) => second > SLACK_S);
  const furthest = Math.max(...late.flatMap(({ point }) => [point.status, ...point.metric].map(Math.abs)));
  const canary = (sightings.at(-1)?.status.recovery.canary.ageMs ?? Number.NaN) / 1000;
  const told = await patient.commandLine();
  process.stdout.write(`${told.text}\n`);

  patient.network.repair();
  const repairedAt = performance.now();
  const seconds = (): number => (performance.now() - repairedAt) / 1000;
  await waitUntil(
    'all is well again',
    async () => {
      const { recovery, health } = await patient.status();
      return health.status === 'ok' && (recovery.live?.ageMs ?? Infinity) < 5000;
    },
    { every: 500 },
  );
  const wellAfter = seconds();
  const written = await stop();
  await expectEqualAccounts(patient.environment);
  await waitUntil('the log says so', () => patient.worker.logged('the mirror is well again').length > 0, {
    every: 500,
  });
  printMeasured({
    written,
    'age before, s': (calm.recovery.live?.ageMs ?? Number.NaN) / 1000,
    'looks during the outage': sightings.length,
    'age at the end, s': sightings.at(-1)?.live ?? Number.NaN,
    'furthest from the clock, s': furthest,
    'canary at the end, s': canary,
    'red after, s': red?.second ?? Number.NaN,
    'well again after, s': wellAfter,
  });

  expect(furthest).toBeLessThan(SLACK_S);
  expect(Math.abs((red?.second ?? Number.NaN) - THRESHOLD_S)).toBeLessThan(SLACK_S);
  expect(canary).toBeGreaterThan(OUTAGE_MS / 1000 - SLACK_S);
  expect(told.exit).toBe(6);
  expect(patient.worker.logged('the mirror is not well').length).toBeGreaterThan(0);
  expect((await patient.commandLine()).exit).toBe(0);
  expect((await patient.status()).deadLetters.count).toBe(0);
});
