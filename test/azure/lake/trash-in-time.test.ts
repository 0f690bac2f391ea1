import { afterEach, expect, it, vi } from 'vitest';
import type { Account } from '../../../src/azure/account/connect-account.ts';
import type { PathClients } from '../../../src/azure/lake/path-clients.ts';
import { createTrash } from '../../../src/azure/lake/trash.ts';
import { parseKey } from '../../../src/model/key.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The trash of an account that does not answer. */
function trash() {
  const error = Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' });
  const paths = { path: () => ({ delete: async () => await Promise.reject(error) }) };
  const write = async () => await Promise.resolve({ kind: 'written' as const });
  return createTrash(paths as unknown as PathClients, write, { name: 'backupaccount' } as Account, () => 0);
}

const TRASHED = parseKey('lake', '.blobmirror/trash/a.0-0123456789abcdef');

it('a directory in the trash whose deletion takes too long is left to a later emptying', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
  await expect(trash().deleteTrashed(TRASHED)).resolves.toBeUndefined();
});

it('but a deletion that fails within its time is an error', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal);
  await expect(trash().deleteTrashed(TRASHED)).rejects.toMatchObject({ code: 'write-outcome-unknown' });
});
