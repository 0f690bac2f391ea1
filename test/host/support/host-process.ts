// A host in a process of its own, on the queue of the connection string that is its first argument. Prints the
// messages that its function handles and what it logs as information, stops when told so by a line, and then leaves it to Node to end the process.
import { once } from 'node:events';
import { handlers } from './handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { startQueueHost } from './start-queue.ts';

const log = createSilentLogger();
log.info = (message) => void process.stdout.write(`${message}\n`);
log.child = () => log;
handlers.message = (input) => process.stdout.write(`handled ${String(input)}\n`);
const host = await startQueueHost({ connectionString: process.argv[2] ?? '' }, log);
await once(process.stdin, 'data');
process.stdin.destroy();
await host.stop();
process.stdout.write('stopped\n');
