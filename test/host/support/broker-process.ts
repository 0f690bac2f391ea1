import { startBroker } from '@blobmirror/local';
// A broker in a process of its own, with as many messages as the argument says: 0, 1, 2, … Prints its connection
// string on one line, and ends with its input.

const definition = {
  name: 'events',
  lockDurationMs: 60_000,
  maxDeliveryCount: 3,
  defaultTimeToLiveMs: Infinity,
  deadLetterOnExpiration: true,
  duplicateDetectionWindowMs: 0,
};
const broker = await startBroker({ port: 0, queues: [definition] });
for (let body = 0; body < Number(process.argv[2]); body++) await broker.send('events', { body });
process.stdout.write(`${broker.connectionString}\n`);
process.stdin.resume().once('end', () => void broker.stop());
