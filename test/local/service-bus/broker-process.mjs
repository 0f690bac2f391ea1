// A broker in a process of its own, so that a test can kill it. Run with load-typescript.mjs; argument: directory.
import { startBroker } from '../../../src/local/service-bus/start-broker.ts';

const broker = await startBroker({
  port: 0,
  queues: [
    {
      name: 'events',
      lockDurationMs: 60_000,
      maxDeliveryCount: 10,
      defaultTimeToLiveMs: Infinity,
      deadLetterOnExpiration: true,
      duplicateDetectionWindowMs: 0,
    },
  ],
  dataDirectory: process.argv[2],
});
process.send?.(broker.connectionString);
