// A process of its own for tests of failures: serves a data directory and says what becomes of its start and its disk.
// With a user id it becomes that user once all code is loaded: nothing is read-only for the user root.
import { type StorageOptions, startStorage } from '../../src/start-storage.ts';
import { accounts } from './accounts.ts';

export type Report = { readonly port: number } | { readonly refused: string } | { readonly told: string };

const report = (said: Report, then = () => {}): void => void process.send?.(said, then);
const { uid, ...options } = JSON.parse(process.argv[2] ?? '{}') as Partial<StorageOptions> & { uid?: number };
if (uid !== undefined) process.seteuid?.(uid);
try {
  const { port } = await startStorage({
    port: 0,
    accounts,
    onDiskError: ({ message }) => report({ told: message }),
    onDiskFree: () => report({ told: 'free' }),
    ...options,
  });
  report({ port });
} catch (error) {
  report({ refused: error instanceof Error ? error.message : String(error) }, () => process.exit(1));
}
// A process whose test is gone must not stay behind.
process.once('disconnect', () => process.exit());
