/**
 * Finds what events missed: lists both accounts in step and lets the heart converge every key that does not look
 * right. A listing only nominates (invariant 7); nothing is decided here.
 */
import type { ContainerName, Key } from '../model/key.js';
import type { Scope } from '../model/scope.js';
import type { Verdict } from '../model/verdict.js';
import type { BlobReader } from '../ports/blob-reader.js';
import type { Logger } from '../telemetry/logger.js';
import { nominate } from './nominate.js';

export interface Sweep {
  readonly source: BlobReader;
  readonly backup: BlobReader;
  readonly scope: Scope;
  readonly converge: (key: Key) => Promise<Verdict>;
}

export interface SweepReport {
  /** Keys that did not look right. */
  readonly nominated: number;
  /** Keys that were written or deleted on the backup. */
  readonly repaired: number;
  /** Keys that could not be brought in step; each has a line in the log. */
  readonly failed: number;
}

const CONCURRENCY = 16;

export async function sweep({ source, backup, scope, converge }: Sweep, log: Logger): Promise<SweepReport> {
  let nominated = 0;
  let repaired = 0;
  let failed = 0;

  async function repair(keys: AsyncIterator<Key>): Promise<void> {
    for (let next = await keys.next(); !next.done; next = await keys.next()) {
      nominated++;
      try {
        const { verdict } = await converge(next.value);
        if (verdict !== 'in-sync' && verdict !== 'skipped') repaired++;
      } catch (error) {
        failed++;
        log.error('a key could not be brought in step', { ...next.value, error });
      }
    }
  }

  for (const container of await listBoth(source, backup, scope)) {
    // An async generator queues its callers, so any number of workers may draw from the same one.
    const keys = nominate(container, source.listBlobs(container), backup.listBlobs(container));
    await Promise.all(Array.from({ length: CONCURRENCY }, () => repair(keys)));
  }
  return { nominated, repaired, failed };
}

/** An account holds few containers beside its blobs, so their names, unlike those of blobs, are held in memory. */
async function listBoth(
  source: BlobReader,
  backup: BlobReader,
  scope: Scope,
): Promise<readonly ContainerName[]> {
  const names = new Set<ContainerName>();
  for (const account of [source, backup]) {
    for await (const page of account.listContainers()) {
      for (const name of page) if (scope.includesContainer(name)) names.add(name);
    }
  }
  return [...names];
}
