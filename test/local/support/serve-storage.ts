// A process of its own, so that it can be killed: serves the accounts of a data directory of the environment.
import { flushCompileCache } from 'node:module';
import { BACKUP, SOURCE, startStorage } from '@blobmirror/local';

const [dataDirectory = '', kind] = process.argv.slice(2);
const storage = await startStorage({
  port: 0,
  accounts: [SOURCE, BACKUP],
  dataDirectory,
  hierarchical: kind === 'hierarchical',
});
// A process that is killed does not write it at its end.
flushCompileCache();
process.send?.(storage.blobEndpoint(SOURCE.name));
// A process whose test was killed must not stay behind.
process.once('disconnect', () => process.exit());
