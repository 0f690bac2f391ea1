import { immediately } from '../memory/schedule.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import { keyText } from '../../src/model/key.ts';
import { nameOf } from '../../src/unprotected/ledger-document.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { retryKeys } from '../../src/unprotected/retry-keys.ts';
import { expectEqualEntry } from './equal-entry.ts';
import { Violation } from './violation.ts';
import { POLICY, RETRY, TIMELESS } from './worker.ts';
import type { World } from './world.ts';

/**
 * At rest, no key differs unless it is on record by name. When nothing is leased any more, the next retry mirrors what is
 * on record, and clears it.
 *
 * @throws Violation
 */
export async function expectExcepted(world: World): Promise<void> {
  const { source, backup, documents } = world;
  const ledger = createLedger({
    documents: documents.through(immediately),
    log: RETRY.log,
    now: world.now,
    clock: TIMELESS,
  });
  const { document = { keys: [] } } = await ledger.refresh();
  const named = new Set(document.keys.map(nameOf));
  for (const key of world.keys()) {
    if (named.has(keyText(key))) continue;
    try {
      expectEqualEntry(world, key);
    } catch (thrown) {
      throw new Violation('not excepted', thrown instanceof Error ? thrown.message : 'it differs');
    }
  }

  for (const key of world.keys()) backup.lease(key, false);
  const { converge } = createMirrorCore(
    { source: source.through(immediately), backup: backup.through(immediately), policy: POLICY },
    { hierarchical: false, clock: TIMELESS, functions: world.functions },
  );
  await retryKeys({ ledger, ...RETRY, converge: async (key) => await converge(key) }, document);
  const { document: after = { keys: [] } } = await ledger.refresh();
  const [left] = after.keys;
  if (left !== undefined) throw new Violation('excepted for ever', `${left.path}: ${left.reason}`);
  for (const key of world.keys()) expectEqualEntry(world, key);
}
