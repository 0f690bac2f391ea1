import { isDeepStrictEqual } from 'node:util';
import type { MemoryMessage } from '../memory/memory-queue.ts';
import type { Schedule } from '../memory/schedule.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import { parseHistory } from '../../src/model/hint-message.ts';
import { type Key, keyText } from '../../src/model/key.ts';
import type { BackupStore } from '../../src/ports/backup-store.ts';
import { isWrite } from './call.ts';
import { expectEqualEntry, isKept } from './equal-entry.ts';
import { HistoryWitness } from './history-witness.ts';
import { Violation } from './violation.ts';
import { POLICY, TIMELESS } from './worker.ts';
import { expectExcepted } from './expect-excepted.ts';
import type { World } from './world.ts';

/**
 * What must hold when nothing is left to do: every message is settled, the two sides agree, and another check
 * writes nothing.
 *
 * @throws Violation
 */
export async function expectRest(world: World): Promise<void> {
  const { source, container } = world;
  expectMessagesEnded(world);
  // The state of the blobs of a deleted container cannot be known: the only promise is to keep them.
  if (!source.containers.has(container)) return;
  if (world.kind === 'leased') {
    await expectExcepted(world);
    return;
  }
  for (const key of world.keys()) expectEqualEntry(world, key);
  if (world.witness instanceof HistoryWitness)
    for (const key of world.keys()) world.witness.expectHistory(key);
  // A check of an entry that stays for its content, which no event asks for, would delete it.
  for (const key of world.keys()) if (!isKept(world, key)) await expectIdle(world, key);
}

function expectMessagesEnded({ queue, grid: { poison } }: World): void {
  const held = [...queue.locks][0];
  if (held !== undefined) throw new Violation('never at rest', `${held.message.messageId} is held for ever`);
  const dead = new Set(queue.dead.map(rootOf));
  if (isDeepStrictEqual(dead, poison)) return;
  throw new Violation(
    'wrongly dead-lettered',
    `${[...dead].join(', ') || 'nothing'} instead of ${[...poison].join(', ') || 'nothing'}`,
  );
}

/** The message that a chain of tries began with. */
function rootOf({ messageId, applicationProperties }: MemoryMessage): string {
  return parseHistory(applicationProperties, messageId, new Date()).root;
}

async function expectIdle({ kind, source, backup, functions, tell }: World, key: Key): Promise<void> {
  const writes: string[] = [];
  const counting: Schedule = async (name, _key, effect) => {
    await Promise.resolve();
    const value = effect();
    if (isWrite({ name }) && !isRefused(value)) writes.push(name);
    return value;
  };
  const { converge } = createMirrorCore(
    { source: source.through(counting), backup: backup.through(counting), policy: POLICY },
    { hierarchical: kind === 'tree', clock: TIMELESS, functions },
  );
  await converge(key);
  if (writes.length === 0) return;
  tell?.('a worker', `looks at ${keyText(key)} once more`);
  throw new Violation('written although in sync', `${keyText(key)}: ${writes.join(', ')}`);
}

type Removed = Awaited<ReturnType<BackupStore['removeEmptyDirectory']>>;

/** A refused request changed nothing: each check tries again to delete a directory that is not empty. */
function isRefused(value: unknown): boolean {
  const { kind } = (value ?? {}) as { readonly kind?: Removed['kind'] };
  return kind === 'not-empty' || kind === 'backup-precondition-failed';
}
