// A broker in a process of its own, so that a test can kill it or limit its files. Argument: directory.
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { startBroker } from '../../src/service-bus/start-broker.ts';

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
  log: createLogger('info'),
});
process.send?.(broker.connectionString);
