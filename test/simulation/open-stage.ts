import { parseContainerName } from '../../src/model/key.ts';
import { createMemoryAccount } from '../memory/memory-account.ts';
import { MemoryQueue } from '../memory/memory-queue.ts';
import type { Choices } from './choices.ts';
import { EventGrid } from './event-grid.ts';
import type { Stage, WorldKind } from './stage.ts';
import type { Tell } from './story.ts';

const CONTAINER = parseContainerName('photos');

/** Two accounts with one container at the source, and a queue that gets the events of the source. */
export function openStage(
  kind: WorldKind,
  choices: Choices,
  tell: Tell | undefined,
): { readonly stage: Stage; readonly queue: MemoryQueue } {
  let time = Date.UTC(2026, 0, 1);
  const now = (): Date => new Date(time);
  const accountKind = kind === 'tree' ? 'hierarchical' : 'flat';
  const source = createMemoryAccount('sourceaccount', undefined, undefined, now, accountKind);
  const backup = createMemoryAccount('backupaccount', undefined, source, now, accountKind, kind === 'kept');
  source.addContainer(CONTAINER);
  const queue = new MemoryQueue();
  const stage: Stage = {
    choices,
    tell,
    container: CONTAINER,
    source,
    backup,
    grid: new EventGrid(queue, choices, tell),
    now,
    pass: (ms) => {
      time += ms;
    },
  };
  return { stage, queue };
}
