/**
 * `npm test` runs a short storm from a fixed seed; `npm run chaos` sets duration and seed. A seed decides
 * what users write and what fails; the interleaving depends on the machine.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryDirectory } from '../e2e/support/temporary-directory.ts';
import { expectOrderAfter } from './support/expect-order-after.ts';
import type { ChaosPlan } from './support/run-chaos.ts';

const MINUTE_MS = 60_000;
const minutes = Number(process.env['CHAOS_MINUTES'] ?? 0);
const seed = Number(process.env['CHAOS_SEED'] ?? 2);
const stormMs = minutes * MINUTE_MS;

const SHORT: ChaosPlan = {
  seed,
  stormMs: 15_000,
  livesMs: [
    [2500, 4000],
    [5000, 9000],
  ],
  brokerRestartsMs: [3000, 5000],
  weathersMs: [300, 900],
};
const LONG: ChaosPlan = {
  seed,
  stormMs,
  livesMs: [
    [4000, 20_000],
    // Long enough to see whether its memory grows.
    [stormMs / 3, stormMs / 2],
  ],
  brokerRestartsMs: [8000, 40_000],
  weathersMs: [300, 4000],
};

/** Node returns no memory before it must; a worker with a leak ends by itself under this limit. */
const HEAP = '--max-old-space-size=96';

test(
  'after a storm of faults, kills and restarts the backup is equal, and at no moment was a live blob deleted or a mix written',
  { timeout: stormMs + 12 * MINUTE_MS },
  async () => {
    vi.stubEnv('NODE_OPTIONS', HEAP);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { deeds, workers, world } = await expectOrderAfter({
      plan: minutes > 0 ? LONG : SHORT,
      directory: await temporaryDirectory(),
      restWithin: 10 * MINUTE_MS,
      ...(minutes > 0 && { tell }),
    });
    // Faults did happen.
    expect(deeds.size).toBe(5);
    expect(workers.map(({ kills }) => kills > 0)).toEqual([true, true]);
    expect(world.broker.restarts).toBeGreaterThan(1);
    const { source, backup } = world.proxies;
    expect(new Set([...source.faults.keys(), ...backup.faults.keys()]).size).toBeGreaterThan(3);
    // On a busy machine a short storm has few phases for one account.
    expect([source.faults.size, backup.faults.size].every((kinds) => kinds > 1)).toBe(true);
    expect(world.witness.seen.copies).toBeGreaterThan(10);
  },
);

const started = performance.now();

function tell(line: string): void {
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${String(seconds).padStart(5)} s  ${line}\n`);
}
