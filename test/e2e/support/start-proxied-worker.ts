import { join } from 'node:path';
import { type LocalAccount, writeReadyFile } from '@blobmirror/local/connections';
import type { BlobmirrorProcess } from './blobmirror-process.ts';
import { type RunningEnvironment, startWorker } from './start-environment.ts';
import { type Intercept, startProxy } from './start-proxy.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A worker whose every request to the backup passes `intercept`. */
export async function startProxiedWorker(
  { info }: RunningEnvironment,
  intercept: Intercept,
): Promise<BlobmirrorProcess> {
  const port = await startProxy(Number(new URL(info.backup.blobEndpoint).port), intercept);
  const readyFile = join(await temporaryDirectory(), 'proxied.json');
  await writeReadyFile(readyFile, { ...info, backup: through(port, info.backup) });
  return await startWorker(readyFile);
}

/** The same account at another port. */
export function through(port: number, account: LocalAccount): LocalAccount {
  const { host } = new URL(account.blobEndpoint);
  const moved = (text: string): string => text.replaceAll(host, `127.0.0.1:${port}`);
  return {
    ...account,
    blobEndpoint: moved(account.blobEndpoint),
    dfsEndpoint: account.dfsEndpoint === null ? null : moved(account.dfsEndpoint),
    connectionString: moved(account.connectionString),
  };
}
