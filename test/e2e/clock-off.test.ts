import { expect, test } from 'vitest';
import { freePort } from '../../src/cli/run-start.ts';
import type { Finding } from '../../src/api/finding.ts';
import type { Run } from '../../src/api/run.ts';
import type { Status } from '../../src/api/status.ts';
import { WATCHED, runBlobmirror } from './support/blobmirror-process.ts';
import { startEnvironment, startWorker } from './support/start-environment.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

const HOURS_AHEAD = 2;
const SHIFTED = {
  NODE_OPTIONS: `--import ${new URL('support/shift-clock.mjs', import.meta.url).href}`,
  SHIFTED_CLOCK_MS: String(HOURS_AHEAD * 3_600_000),
};

test('a worker two hours ahead mirrors, reports that its clock is off and claims nothing of the future; the claims of a worker with a right clock are right at once', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const { readyFile, source } = environment;
  const photos = source.getContainerClient('photos');
  await photos.create();
  const write = async (name: string): Promise<void> => {
    await photos.getBlockBlobClient(name).upload('bytes', 5);
    await untilMirrored(environment, 'photos', name);
  };
  const startOn = async (env: Readonly<Record<string, string>>) => {
    const port = await freePort(0, 'the app');
    const url = `http://127.0.0.1:${port}/api`;
    const worker = await startWorker(readyFile, ['--http-port', String(port)], {
      env: { ...WATCHED, ...env },
    });
    return {
      worker,
      status: async () => (await (await fetch(`${url}/status`)).json()) as Status,
      health: async () => await fetch(`${url}/health`),
      sync: async (): Promise<Run> => {
        const { id } = (await (
          await fetch(`${url}/reconcile`, { method: 'POST', body: '{}' })
        ).json()) as Run;
        const read = async () => (await (await fetch(`${url}/reconcile/${id}`)).json()) as Run;
        await waitUntil('the full sync has ended', async () => (await read()).endedAt !== undefined);
        return await read();
      },
    };
  };

  const ahead = await startOn(SHIFTED);
  await write('by-the-one-ahead');
  await waitUntil('it is told in the status', async () => (await ahead.status()).clock?.state === 'off', {
    every: 200,
  });
  const told = await ahead.status();
  expect(told.clock).toMatchObject({ state: 'off' });
  expect(told.recovery).toMatchObject({ live: null, proven: null });
  expect(told.statement).toMatch(
    /^nothing proven yet, live unknown \(clock-off: .* (2 h|1 h 59 min) ahead\)/,
  );
  // The time that it reports is that of the service.
  expect(Math.abs(Date.parse(told.at) - Date.now())).toBeLessThan(3_600_000);
  const health = await ahead.health();
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({
    problems: expect.arrayContaining([expect.objectContaining({ code: 'clock-off' })]) as unknown,
  });
  const run = await ahead.sync();
  expect(run).toMatchObject({ state: 'done', alerts: [{ code: 'clock-off' }] });
  expect(
    ahead.worker.logged('the clock of this machine is off, so it claims no recovery point'),
  ).toHaveLength(1);
  const local = `--local=${readyFile}`;
  const checked = await runBlobmirror(['check', local, '-o', 'json'], { env: SHIFTED });
  const findings = JSON.parse(checked.stdout) as Finding[];
  const clock = findings.find(({ check }) => check === 'source-clock');
  expect(clock).toMatchObject({ status: 'problem' });
  expect(clock?.detail).toMatch(/^clock-off: the clock of this machine is (2 h|1 h 59 min) ahead/);

  // Beside it, and after it, a worker with a right clock makes true claims.
  const right = await startOn({});
  expect((await right.status()).recovery.proven).toBeNull();
  const before = Date.now();
  await write('by-either');
  ahead.worker.signal('SIGTERM');
  await ahead.worker.ended;
  const proof = await right.sync();
  expect(proof).toMatchObject({ state: 'done', alerts: [] });
  await waitUntil('it is proven', async () => (await right.status()).recovery.proven?.run === proof.id, {
    every: 200,
  });
  const { recovery, health: well, clock: none, runs } = await right.status();
  expect(none).toBeUndefined();
  expect(runs[0]?.id).toBe(proof.id);
  for (const point of [recovery.proven, recovery.live]) {
    expect(Date.parse(point?.at ?? '')).toBeGreaterThan(before - 2000);
    expect(Date.parse(point?.at ?? '')).toBeLessThanOrEqual(Date.now());
  }
  expect(well.problems.filter(({ code }) => code !== 'app-starting')).toEqual([]);
});
