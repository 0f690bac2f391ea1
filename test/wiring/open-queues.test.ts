import { expect, it, onTestFinished } from 'vitest';
import { QUEUES, RECONCILE_QUEUE } from '../../packages/local/src/layout.ts';
import { startBroker } from '../../packages/local/src/service-bus/start-broker.ts';
import { readSettings } from '../../src/config/settings.ts';
import { parseHistory } from '../../src/model/hint-message.ts';
import { retryHintQueue } from '../../src/ports/retry-queues.ts';
import { openQueues } from '../../src/wiring/open-queues.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const MESSAGE = {
  messageId: 'm',
  event: {},
  history: parseHistory({}, 'm', new Date()),
};

it('a send that is retried does not hold up what reads the other queue over the same connection', async () => {
  const queues = QUEUES.filter(({ name }) => name === RECONCILE_QUEUE);
  const broker = await startBroker({ port: 0, queues });
  const open = openQueues(
    readSettings({ ...SETTINGS_OUT_OF_REACH, BLOBMIRROR_SERVICE_BUS: broker.connectionString }),
  );
  onTestFinished(async () => {
    await open.close();
    await broker.stop();
  });
  const refused = Promise.withResolvers<string>();
  // Its time stands still, so it waits for its next attempt for ever.
  const clock = new VirtualClock();
  const hints = retryHintQueue(open.events.hints, ({ code }) => refused.resolve(code), clock);
  let isSent = false;
  void hints.sendLater(MESSAGE, 0).then(() => (isSent = true));
  expect(await refused.promise).toBe('queue-refused');

  expect(await Array.fromAsync(open.deadLetters.reconcile.browse())).toEqual([]);
  await open.reconcile.hints.sendLater(MESSAGE, 0);
  expect(broker.runtimeCounts(RECONCILE_QUEUE).active).toBe(1);
  expect(isSent).toBe(false);
});
