// A broker in a process of its own, so that a test can kill it or limit its files. Argument: its data directory. Log
// lines go to standard error as JSON.
import type { LogFields } from '../../src/logger.ts';
import { startBroker } from '../../src/service-bus/start-broker.ts';

const write =
  (level: string) =>
  (message: string, fields?: LogFields): void =>
    void process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);

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
  dataDirectory: process.argv[2] ?? '',
  log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
});
process.send?.(broker.connectionString);
