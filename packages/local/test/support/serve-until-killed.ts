// A process of its own for the tests of crashes: serves a data directory until it is killed.
import { startStorage } from '../../src/start-storage.ts';
import { accounts } from './accounts.ts';
import { tickingDate } from './ticking-date.ts';

const [dataDirectory = '', kind, ticksFrom] = process.argv.slice(2);
if (ticksFrom !== undefined) globalThis.Date = tickingDate(Number(ticksFrom));
const storage = await startStorage({
  port: 0,
  dataDirectory,
  accounts,
  hierarchical: kind === 'hierarchical',
});
process.send?.(String(storage.port));
