import { expect, test } from 'vitest';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { startPatient, watchFor } from './support/suffer-outage.ts';
import { waitUntil } from './support/wait-until.ts';

/** Six seconds, in minutes. */
const THRESHOLD_S = 6;
const OUTAGE_MS = 20_000;
/** Tolerance between a reading and the clock: a status is shared for a while, and a machine may be busy. */
const SLACK_S = 6;

test('while the backup account is out of reach under load, the age of the recovery point grows in real time everywhere, health fails at its threshold, and all recover by themselves', async () => {
  const patient = await startPatient({ BLOBMIRROR_HEALTH_LIVE_MINUTES: String(THRESHOLD_S / 60) });
  const stop = patient.load();
  await waitUntil('all is well', async () => (await patient.health()).status === 200);
  expect((await patient.commandLine()).exit).toBe(0);

  patient.network.break();
  const began = Date.now();
  const sightings = await watchFor(patient, OUTAGE_MS, began);

  // The point does not move: its age is the time since the outage began, in the status and in the metrics.
  const late = sightings.filter(({ second }) => second > SLACK_S);
  expect(late.length).toBeGreaterThan(1);
  for (const { off } of late) {
    expect(off.status).toBeLessThan(SLACK_S);
    expect(off.metric).toBeLessThan(SLACK_S);
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
  expect(await patient.metric('live')).toBeLessThan(SLACK_S);
  const after = await patient.commandLine();
  expect(after.exit).toBe(0);
  expect(after.text).toContain('health ok');
});
