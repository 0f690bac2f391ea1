import { isDeepStrictEqual } from 'node:util';
import type { MemoryMessage } from '../../src/memory/memory-queue.js';
import type { Schedule } from '../../src/memory/schedule.js';
import { parseHistory } from '../../src/model/hint-message.js';
import { type Key, keyText } from '../../src/model/key.js';
import { splitStamp } from '../../src/model/stamp.js';
import { isWrite } from './call.js';
import { Violation } from './violation.js';
import type { World } from './world.js';

/**
 * What must hold when nothing moves any more: every message has come to its end, the two sides agree, and another look
 * writes nothing.
 *
 * @throws Violation
 */
export async function expectRest(world: World): Promise<void> {
  expectMessagesEnded(world);
  for (const key of world.keys) expectEqual(world, key);
  for (const key of world.keys) await expectIdle(world, key);
}

function expectMessagesEnded({ queue, user: { poison } }: World): void {
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

function expectEqual({ source, backup }: World, key: Key): void {
  // What became of the blobs of a container that is gone cannot be known, and nothing is promised but to keep them.
  if (!source.containers.has(key.container)) return;
  const wanted = source.peek(key);
  const has = backup.peek(key);
  if (wanted === undefined && has === undefined) return;
  if (wanted !== undefined && has !== undefined) {
    const { metadata, stamp } = splitStamp(has.metadata ?? {});
    const same =
      has.content === wanted.content &&
      has.contentMd5 === wanted.contentMd5 &&
      (has.kind ?? 'block') === (wanted.kind ?? 'block') &&
      isDeepStrictEqual(has.headers, wanted.headers) &&
      isDeepStrictEqual(metadata, wanted.metadata) &&
      stamp?.account === source.account &&
      stamp.etag === wanted.etag &&
      stamp.lastModified.getTime() === wanted.lastModified.getTime();
    if (same) return;
  }
  const show = (blob: typeof wanted): string => (blob === undefined ? 'nothing' : JSON.stringify(blob));
  throw new Violation('unequal at rest', `${keyText(key)}: source ${show(wanted)}, backup ${show(has)}`);
}

async function expectIdle({ source, backup, keys, heart, tell }: World, key: Key): Promise<void> {
  if (!keys.some(({ container }) => source.containers.has(container))) return;
  const writes: string[] = [];
  const counting: Schedule = async (name, _key, effect) => {
    await Promise.resolve();
    if (isWrite({ name })) writes.push(name);
    return effect();
  };
  const policy = { deletes: 'mirror', tier: 'same', tags: 'off' } as const;
  await heart.converge({ source: source.through(counting), backup: backup.through(counting), policy }, key);
  if (writes.length === 0) return;
  tell?.('a worker', `looks at ${keyText(key)} once more`);
  throw new Violation('written although in sync', `${keyText(key)}: ${writes.join(', ')}`);
}
