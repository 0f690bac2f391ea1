/**
 * Finds what events missed: lists both accounts in step and lets the heart converge every key that does not look
 * right. A listing only nominates (invariant 7); nothing is decided here.
 */
import { toBlobmirrorError } from '../model/errors.js';
import type { ContainerName, Key } from '../model/key.js';
import type { Prefix } from '../model/prefix.js';
import type { Verdict } from '../model/verdict.js';
import type { Logger } from '../telemetry/logger.js';
import { lookAtAll } from './look-at-all.js';
import { nominatePrefix } from './nominate-prefix.js';
import type { Sides } from './sides.js';

export interface Sweep extends Sides {
  readonly converge: (key: Key) => Promise<Verdict>;
}

export interface SweepReport {
  /** Keys that did not look right. */
  readonly nominated: number;
  /** Keys that were written or deleted on the backup. */
  readonly repaired: number;
  /** Keys, and containers without a name on the backup, that could not be brought in step; each has a line in the log. */
  readonly failed: number;
}

export async function sweep(task: Sweep, log: Logger): Promise<SweepReport> {
  let nominated = 0;
  let repaired = 0;
  let failed = 0;

  /** What is still to be walked: a directory that came back was lost from sight with all that is below it. */
  const unseen: Prefix[] = [];

  async function repair(key: Key): Promise<void> {
    nominated++;
    try {
      const { verdict } = await task.converge(key);
      if (verdict === 'directory-returned') unseen.push({ container: key.container, path: `${key.path}/` });
      if (verdict !== 'in-sync' && verdict !== 'skipped') repaired++;
    } catch (error) {
      failed++;
      log.error('a key could not be brought in step', { ...key, error });
    }
  }

  for (const container of await listBoth(task)) {
    try {
      unseen.push(...task.scope.prefixes({ container, path: '' }));
      for (let prefix = unseen.shift(); prefix !== undefined; prefix = unseen.shift())
        await lookAtAll(nominatePrefix(task, prefix), async ({ path }) => await repair({ container, path }));
    } catch (thrown) {
      // One container that nobody can name is no reason to leave the others alone; an account that fails is.
      const error = toBlobmirrorError(thrown);
      if (error.code !== 'container-not-mappable') throw error;
      failed++;
      log.error('a container could not be brought in step', { container, error });
    }
  }
  return { nominated, repaired, failed };
}

/** An account holds few containers beside its blobs, so their names, unlike those of blobs, are held in memory. */
async function listBoth({ source, backup, scope }: Sides): Promise<readonly ContainerName[]> {
  const names = new Set<ContainerName>();
  for (const account of [source, backup]) {
    for await (const page of account.listContainers()) {
      for (const name of page) if (scope.includesContainer(name)) names.add(name);
    }
  }
  return [...names];
}
