import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAccountSas, SOURCE } from '@blobmirror/local/connections';
import { createClient, type Send } from '../../../bench/local/client.ts';

export interface StorageProcess {
  readonly send: Send;
  /** The URL of a path below the source account, with a SAS. */
  signedUrl(path: string): string;
  /** Resolves when the process is gone. */
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('serve-storage.ts', import.meta.url));

/** Serves a data directory in a process of its own. Compiled code is kept: a start costs half as much with it. */
export async function startStorageProcess(
  directory: string,
  { hierarchical, atOnce }: { readonly hierarchical: boolean; readonly atOnce: number },
): Promise<StorageProcess> {
  const child = fork(SCRIPT, [join(directory, 'storage'), hierarchical ? 'hierarchical' : 'flat'], {
    execArgv: ['--conditions=blobmirror-source'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'blobmirror-test-compile-cache') },
  });
  const exited = once(child, 'exit');
  const endpoint = await Promise.race([
    once(child, 'message').then(([message]) => String(message)),
    exited.then(() => {
      throw new Error('the storage ended before it served');
    }),
  ]);
  const { name: accountName, key: accountKey } = SOURCE;
  const account = {
    accountName,
    accountKey,
    blobEndpoint: endpoint,
    dfsEndpoint: null,
    connectionString: '',
  };
  return {
    send: createClient(account, atOnce),
    signedUrl: (path) => `${endpoint}${path}?${createAccountSas(account)}`,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
