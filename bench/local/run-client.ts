import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LocalAccount } from '@blobmirror/local/connections';
import type { Listed, ListJob, Requests, UntilKilled, Verify } from './load.ts';

export type Job = Requests | ListJob | { readonly do: 'sdk-list' } | UntilKilled | Verify;

interface Results {
  /** Seconds. */
  readonly requests: number;
  readonly list: Listed;
  readonly 'sdk-list': Listed;
  /** The numbers of the blobs whose writes were acknowledged. */
  readonly 'until-killed': readonly number[];
  /** How many blobs are lost or wrong. */
  readonly verify: number;
}

/** What a client says once as many writes as it was told were acknowledged. */
export const ENOUGH = 'enough';

const SCRIPT = fileURLToPath(new URL('load-once.ts', import.meta.url));

/** Does a job in a client process of its own. @throws Error when that process fails */
export async function runClient<Kind extends Job>(
  account: LocalAccount,
  job: Kind,
  onEnough: () => void = () => {},
): Promise<Results[Kind['do']]> {
  const client = fork(SCRIPT);
  client.send([account, job]);
  return await new Promise((resolve, reject) => {
    client.on('message', (message: typeof ENOUGH | { readonly result: Results[Kind['do']] }) => {
      if (message === ENOUGH) onEnough();
      else resolve(message.result);
    });
    // After its result this changes nothing.
    client.once('exit', (status) => reject(new Error(`a client (${job.do}) ended with status ${status}`)));
  });
}
