// A process of its own for the tests of crashes: serves a data directory until it is killed.
import { startStorage } from '../../src/start-storage.ts';
import { accounts } from './accounts.ts';

const [dataDirectory = '', kind] = process.argv.slice(2);
const storage = await startStorage({
  port: 0,
  dataDirectory,
  accounts,
  hierarchical: kind === 'hierarchical',
});
process.send?.(String(storage.port));
