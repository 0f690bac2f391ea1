/** A client process: does one job, which it is sent, and answers with what came of it. */
import { once } from 'node:events';
import type { LocalAccount } from '@blobmirror/local/connections';
import { createClient } from './client.ts';
import { ENOUGH, type Job } from './run-client.ts';
import { countLost, list, listBySdk, sendRequests, writeUntilKilled } from './load.ts';

async function run(account: LocalAccount, job: Job): Promise<unknown> {
  const send = createClient(account, 'atOnce' in job ? job.atOnce : 1);
  switch (job.do) {
    case 'requests':
      return await sendRequests(send, job);
    case 'list':
      return await list(send, job);
    case 'sdk-list':
      return await listBySdk(account);
    case 'until-killed':
      return await writeUntilKilled(send, job, () => process.send?.(ENOUGH));
    case 'verify':
      return await countLost(send, job);
  }
}

const [[account, job]] = (await once(process, 'message')) as [[LocalAccount, Job]];
const result = await run(account, job);
// Connections that are kept would hold the process.
process.send?.({ result }, () => process.exit());
