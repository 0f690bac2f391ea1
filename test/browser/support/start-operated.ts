import { join } from 'node:path';
import { writeReadyFile } from '@blobmirror/local/connections';
import {
  startEnvironment,
  startWorker,
  type RunningEnvironment,
} from '../../e2e/support/start-environment.ts';
import { through } from '../../e2e/support/start-proxied-worker.ts';
import { startProxy } from '../../e2e/support/start-proxy.ts';
import { temporaryDirectory } from '../../e2e/support/temporary-directory.ts';

export interface Operated extends RunningEnvironment {
  /** Of the page. */
  readonly address: string;
  /** While it is true, the backup refuses whatever has `stuck` in its name. */
  isBroken: boolean;
}

/** An environment with a fault that the test can switch off, and its page. */
export async function startOperated(): Promise<Operated> {
  const environment = await startEnvironment(['--no-worker']);
  const { info } = environment;
  const operated: Operated = { ...environment, address: `${info.http.baseUrl}/`, isBroken: true };
  const port = await startProxy(Number(new URL(info.backup.blobEndpoint).port), (request, response) => {
    if (!operated.isBroken || request.method !== 'PUT' || request.url?.includes('stuck') !== true)
      return false;
    response.writeHead(400, { 'x-ms-error-code': 'InvalidHeaderValue' }).end();
    return true;
  });
  const readyFile = join(await temporaryDirectory(), 'proxied.json');
  await writeReadyFile(readyFile, { ...info, backup: through(port, info.backup) });
  await startWorker(readyFile, ['--http-port', new URL(info.http.baseUrl).port]);
  return operated;
}
