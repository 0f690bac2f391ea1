import { afterEach, expect, it } from 'vitest';
import type { Host } from '../../../src/host/start-host.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { budget } from '../../support/budgets.ts';
import { spawnScript, type Script } from '../support/spawn-script.ts';
import { startQueueHost } from '../support/start-queue.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

/** More than the 2,048 deliveries of a link that rhea keeps by itself. */
const OTHERS = budget(5000, 2500);

let broker: Script;
let host: Host;
afterEach(async () => {
  await host.stop({ graceMs: 0 });
  broker.endInput();
  await broker.ended;
});

// The broker has a process of its own: what it does to rhea for its own sake must not help the host.
it(`one handler that takes long does not hold up the ${OTHERS} messages behind it`, async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  let others = 0;
  let heldEnded = false;
  handlers.message = async (input) => {
    if (input !== 0) return void others++;
    await held;
    return void (heldEnded = true);
  };
  broker = spawnScript(new URL('../support/broker-process.ts', import.meta.url), String(OTHERS + 1));
  const log = createSilentLogger();
  host = await startQueueHost({ connectionString: await broker.line() }, log);
  await waitFor(() => expect(others).toBe(OTHERS));
  expect(heldEnded).toBe(false);
  release();
  await waitFor(() => expect(heldEnded).toBe(true));
  expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
});
