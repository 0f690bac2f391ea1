/** Compares a stretch of two listings as a worker does with a shard, writes nothing, and reports what that took. */
import { createAzureBlobReader } from '../src/azure/blob-reader.ts';
import { connectAccount } from '../src/azure/account/connect-account.ts';
import { parseContainerName } from '../src/model/key.ts';
import type { RunId } from '../src/model/run-id.ts';
import { createScope } from '../src/model/scope.ts';
import type { BlobReader } from '../src/ports/blob-reader.ts';
import { compareSlice } from '../src/reconcile/compare/compare-slice.ts';

export interface WalkOrder {
  readonly source: string;
  readonly backup: string;
  readonly container: string;
  /** Only paths from here on. */
  readonly from?: string | undefined;
  /** Only paths before this one. */
  readonly to?: string | undefined;
}

export interface Walked {
  readonly pairs: number;
  readonly outOfStep: number;
  readonly seconds: number;
  /** Start-up included, as it is in the peak. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const order = JSON.parse(process.argv[2] ?? '{}') as WalkOrder;
const connect = (connectionString: string): BlobReader =>
  createAzureBlobReader(connectAccount({ connectionString }));
const source = connect(order.source);
const neverToBeDone = async (): Promise<never> => await Promise.reject(new Error('all of it is in step'));

const started = performance.now();
const { counts } = await compareSlice(
  {
    source,
    backup: connect(order.backup),
    scope: createScope(source.account, {}),
    policy: {
      deletes: 'mirror',
      foreign: 'keep',
      declaredMd5: 'ignore',
      tier: 'same',
      tags: 'off',
      acl: 'mirror',
    },
    hierarchical: false,
    converge: neverToBeDone,
    copyListed: neverToBeDone,
    adopt: neverToBeDone,
    prepareContainer: neverToBeDone,
    convergeRoot: neverToBeDone,
  },
  {
    run: 'bench' as RunId,
    shard: 'c0',
    slice: 0,
    phase: 'compare',
    container: parseContainerName(order.container),
    prefix: '',
    from: order.from,
    to: order.to,
  },
  {
    report: neverToBeDone,
    extra: neverToBeDone,
    foreign: neverToBeDone,
    budgetMs: Number.MAX_SAFE_INTEGER,
    signal: new AbortController().signal,
    dryRun: true,
    deleteForeign: false,
    // So many that the shard is worked on to its end.
    openShards: Number.MAX_SAFE_INTEGER,
  },
);
const { user, system } = process.cpuUsage();
const walked: Walked = {
  pairs: counts.inStep,
  outOfStep: counts.nominated,
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (user + system) / 1e6,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.send?.(walked);
process.disconnect?.();
