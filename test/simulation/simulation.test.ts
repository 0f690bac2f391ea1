import { describe, expect, it } from 'vitest';
import { budget } from '../support/budgets.ts';
import { createSeededChoices } from './choices.ts';
import { search } from './search.ts';
import { simulate } from './simulate.ts';
import type { WorldKind } from './stage.ts';
import { createStory } from './story.ts';

/** `npm run simulate` plays a million. */
const HISTORIES: Readonly<Record<WorldKind, number>> = {
  flat: budget(5_000),
  tree: budget(3_000),
  leased: budget(5_000),
  kept: budget(5_000),
};

/** Enough histories to include a copy that continues later. */
const TOLD = 3_000;

async function tellHistory(kind: WorldKind, seed: number): Promise<readonly string[]> {
  const { tell, lines } = createStory();
  await simulate(kind, createSeededChoices(seed), undefined, tell);
  return lines;
}

describe.each(['flat', 'tree', 'leased', 'kept'] as const)('the simulation of %s accounts', (kind) => {
  it(`finds every promise kept in ${HISTORIES[kind]} histories (invariants 1 to 9)`, async () => {
    const found = await search({ kind, firstSeed: 1, histories: HISTORIES[kind] });
    const options = `${kind === 'flat' ? '' : `--${kind} `}--seed ${found?.seed} --histories 1`;
    expect(found, `npm run simulate -- ${options}`).toBeUndefined();
  });

  it('plays the same history for the same seed', async () => {
    for (const seed of [1, 77, 4242])
      expect(await tellHistory(kind, seed)).toEqual(await tellHistory(kind, seed));
  });

  it('meets everything that it is meant to meet', async () => {
    let missing = HAPPENINGS[kind];
    for (let seed = 1; seed <= TOLD && missing.length > 0; seed++) {
      const told = await tellHistory(kind, seed);
      missing = missing.filter((happening) => !told.some((line) => happening.test(line)));
    }
    expect(missing).toEqual([]);
  });
});

const OF_BOTH: readonly RegExp[] = ([] = [
  /a user .*writes/,
  /a user .*deletes the container/,
  /a user .*makes the container/,
  /which is no event/,
  /has no container photos yet/,
  /commits the copy .*written/,
  /commits the copy .*backup-precondition-failed/,
  /begins to copy .*: refused/,
  /secures the copy for .*secured/,
  /puts the secured copy in its place on .*written/,
  /puts the secured copy in its place on .*backup-precondition-failed/,
  /carries out the late request: puts the secured copy/,
  /another tool .*puts/,
  /deletes from the backup .*written/,
  /deletes from the backup .*backup-precondition-failed/,
  /makes the container on the backup/,
  /absence-not-proven/,
  /storage-throttled/,
  /cut off, and under way/,
  /done, but the answer is lost/,
  /carries out the late request: commits the copy .*written/,
  /drops the late request/,
  /it is to go on later/,
  /worker \d .*crashes/,
  /lost its lock/,
  /its lock has expired/,
  /its delay is over/,
  /puts a message on the schedule at the queue: the queue cannot be reached/,
  /completes a message at the queue: false/,
  /gives a message back/,
  /to the dead-letter queue/,
]);

const HAPPENINGS: Readonly<Record<WorldKind, readonly RegExp[]>> = {
  flat: [...OF_BOTH, /a user .*deletes photos/, /BlobCreated photos\/\w+, BlobCreated/],
  kept: [
    /records an end on .*photos/,
    /records an end on .*cut off/,
    /carries out the late request: records an end/,
    /deletes from the backup .*written/,
    /worker \d .*crashes/,
  ],
  leased: [
    /a user .*leases photos/,
    /a user .*breaks the lease of/,
    /commits the copy .*refused/,
    /deletes from the backup .*refused/,
    /writes the record/,
    /the record: refused/,
    /checks what is on record/,
    /worker \d .*crashes/,
  ],
  tree: [
    ...OF_BOTH,
    /the backup .*has the same/,
    /a user .*makes the directory/,
    /a user .*deletes the directory/,
    /a user .*renames \S+ to between/,
    /a user .*gives/,
    /a stranger .*of what never happened/,
    /DirectoryRenamed photos\/\S+ to photos/,
    /BlobRenamed photos\/\S+ to photos/,
    /lists the source/,
    /makes a directory on .*written/,
    /makes a directory on .*backup-precondition-failed/,
    /sets the access on/,
    /renames on .*written/,
    /renames on .*backup-precondition-failed/,
    /renames on .*cut off/,
    /carries out the late request: renames on .*written/,
    /removes, if it is empty.*written/,
    /removes, if it is empty.*not-empty/,
    /to the trash of .*trashed/,
    /to the trash of .*backup-precondition-failed/,
    /carries out the late request: moves a directory to the trash/,
    /deletes what is in the trash/,
    /empties the trash/,
  ],
};
