import type { Key } from '../../src/model/key.ts';
import type { BlobKind } from '../../src/model/reading.ts';
import type { Choices } from './choices.ts';
import { KINDS } from './flat-user.ts';
import { pickOne } from './choices.ts';
import type { Stage } from './stage.ts';

/**
 * Entries without a stamp: another tool, or a user of the backup, put them there before the history began.
 */
export function putForeignBlobs(
  { backup, container, tell }: Pick<Stage, 'backup' | 'container' | 'tell'>,
  choices: Choices,
  keys: readonly Key[],
  kinds: readonly BlobKind[] = KINDS,
): void {
  // In one world of three, so that the others are about the mirror alone.
  if (choices.draw(3) < 2) return;
  const here = backup.containers.get(container);
  for (const key of keys) {
    if (here?.takesFile(key.path) !== true || here.blobs.has(key.path) || choices.draw(3) < 2) continue;
    const kind = pickOne(choices, kinds);
    backup.put(key, { content: 'theirs', kind });
    tell?.('another tool', `puts ${key.path} on the backup`);
  }
}
