import { expect, test } from 'vitest';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { startPatient, watchFor } from './support/suffer-outage.ts';
import { waitUntil } from './support/wait-until.ts';

/** Six seconds, in minutes. */
const THRESHOLD_S = 6;
const OUTAGE_MS = 20_000;
/** From then on no status is from before the outage: one is shared for a while. */
const LATE_S = 6;
/** The load writes ten blobs a second, and times are rounded. */
const ROUNDING_S = 0.5;

test('while the backup account is out of reach under load, the age of the recovery point grows in real time everywhere, health fails at its threshold, and all recover by themselves', async () => {
  const patient = await startPatient({ BLOBMIRROR_HEALTH_LIVE_MINUTES: String(THRESHOLD_S / 60) });
  const stop = patient.load();
  await waitUntil('all is well', async () => (await patient.health()).status === 200);
  expect((await patient.commandLine()).exit).toBe(0);

  patient.network.break();
  const began = Date.now();
  const sightings = await watchFor(patient, OUTAGE_MS, began);

  // The point stays where it was when the outage began, in the status and in the metrics, and so its age grows.
  const late = sightings.filter(({ second }) => second > LATE_S).map(({ point }) => point);
  expect(late.length).toBeGreaterThan(1);
  const first = late[0]?.status ?? Number.NaN;
  expect(first).toBeLessThan(ROUNDING_S);
  for (const { status, metric } of late) {
    expect(Math.abs(status - first)).toBeLessThan(ROUNDING_S);
    expect(metric[0]).toBeLessThan(first + ROUNDING_S);
    expect(metric[1]).toBeGreaterThan(first - ROUNDING_S);
  }
  expect(sightings.at(-1)?.live).toBeGreaterThan(OUTAGE_MS / 2000);
  // Health reports it from the threshold on, and not before.
  for (const { live, status } of sightings) {
    const isBehind = status.health.problems.some(({ code }) => code === 'live-behind');
    expect(isBehind).toBe(live > THRESHOLD_S);
  }
  expect(await patient.health()).toMatchObject({ status: 503 });
  const told = await patient.commandLine();
  expect(told.exit).toBe(6);
  expect(told.text).toContain('health FAILING');
  expect(told.text).toMatch(/^live-behind: Changes have waited in the queue for \d+ s/m);
  expect(told.text).toMatch(/^backup-unreachable: /m);
  expect(told.text).toMatch(/^ {2}next: blobmirror /m);

  patient.network.repair();
  await waitUntil(
    'all is well again',
    async () => {
      const { recovery, health } = await patient.status();
      return health.status === 'ok' && (recovery.live?.ageMs ?? Infinity) < 5000;
    },
    { every: 500 },
  );
  expect(await stop()).toBeGreaterThan(20);
  await expectEqualAccounts(patient.environment);
  await waitUntil('the queue is empty', async () => (await patient.status()).backlog.messages === 0, {
    every: 500,
  });
  const { deadLetters } = await patient.status();
  expect(deadLetters).toMatchObject({ count: 0, isComplete: true });
  expect(await patient.metric('live')).toBeLessThan(OUTAGE_MS / 1000);
  const after = await patient.commandLine();
  expect(after.exit).toBe(0);
  expect(after.text).toContain('health ok');
});
