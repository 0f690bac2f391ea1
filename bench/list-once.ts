/** Lists a container once, by the SDK or by ours, compares as a reconcile does, and reports what that took. */
import { createAzureBlobReader } from '../src/azure/blob-reader.ts';
import { connectAccount } from '../src/azure/account/connect-account.ts';
import { listPages } from '../src/azure/listing/list-pages.ts';
import { parseContainerName } from '../src/model/key.ts';

export interface Listed {
  readonly entries: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const [way = 'ours', connectionString = '', container = ''] = process.argv.slice(2);
const account = connectAccount({ connectionString });
const name = parseContainerName(container);

interface Entry {
  readonly name: string;
  readonly etag: string;
  readonly stamp: { readonly etag: string } | undefined;
}

async function* bySdk(): AsyncGenerator<readonly Entry[]> {
  for await (const page of createAzureBlobReader(account).listBlobs(name))
    yield page.entries.map(({ path, etag, stamp }) => ({ name: path, etag, stamp }));
}

async function* byOurs(): AsyncGenerator<readonly Entry[]> {
  for await (const { entries } of listPages(account, name, { include: { metadata: true, copy: true } }))
    yield entries;
}

const started = performance.now();
const before = process.cpuUsage();
let inOrder = 0;
let last = '';
for await (const entries of way === 'sdk' ? bySdk() : byOurs()) {
  for (const { name: path, etag, stamp } of entries) {
    if (path > last && etag !== stamp?.etag) inOrder++;
    last = path;
  }
}
const { user, system } = process.cpuUsage(before);
const listed: Listed = {
  entries: inOrder,
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (user + system) / 1e6,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.send?.(listed);
process.disconnect?.();
