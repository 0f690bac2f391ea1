import { describe, expect, it } from 'vitest';
import { isFullBudget } from '../support/budgets.ts';
import type { MirrorFunctions } from '../simulation/mirror-functions.ts';
import { blindToRedelivery } from '../simulation/mutants/blind-to-redelivery.ts';
import { blindToStamp } from '../simulation/mutants/blind-to-stamp.ts';
import { completedBeforeWrite } from '../simulation/mutants/completed-before-write.ts';
import { madeAgainWithoutWalk } from '../simulation/mutants/made-again-without-walk.ts';
import { noAncestors } from '../simulation/mutants/no-ancestors.ts';
import { noReadingAfterCreate } from '../simulation/mutants/no-reading-after-create.ts';
import { noReadingAfterDirectory } from '../simulation/mutants/no-reading-after-directory.ts';
import { noReadingAfterTrash } from '../simulation/mutants/no-reading-after-trash.ts';
import { noRecheck } from '../simulation/mutants/no-recheck.ts';
import { renameWithoutChecks } from '../simulation/mutants/rename-without-checks.ts';
import { renameWithoutWalk } from '../simulation/mutants/rename-without-walk.ts';
import { sourceBeforeBackup } from '../simulation/mutants/source-before-backup.ts';
import { unconditionalWrites } from '../simulation/mutants/unconditional-writes.ts';
import { recordsAfterwards, recordsNothing } from '../simulation/mutants/without-records.ts';
import { unpinnedSource } from '../simulation/mutants/unpinned-source.ts';
import type { Rule } from '../simulation/violation.ts';
import { explore } from './explore.ts';
import { modelOf } from './model.ts';
import type { Scene, Scope } from './scene.ts';
import {
  CRASH,
  FLAT,
  flat,
  kept,
  NO_FAULT,
  plotOf,
  REDELIVERY,
  TREE,
  tree,
  UNKNOWN,
  withFullSync,
} from './scopes.ts';

describe('every history of two workers keeps every promise', () => {
  it.each(Object.entries(FLAT))('on flat accounts: %s', async (_name, plot) => {
    const { broken, states, ends } = await explore(modelOf(flat(plot, NO_FAULT)));
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(50);
    expect(ends.size).toBeGreaterThan(0);
  });

  it.each(Object.entries(FLAT))('on a backup with a history: %s', async (_name, plot) => {
    const { broken, states } = await explore(modelOf(kept(plot, NO_FAULT)));
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(50);
  });

  it.each(Object.entries(TREE))('on hierarchical accounts: %s', async (_name, plot) => {
    const { broken, states } = await explore(modelOf(tree(plot, NO_FAULT)));
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(50);
  });
});

/** The others with the full budget of tests: some seconds each. */
const COMPARED: readonly (readonly [name: string, scope: Scope])[] = [
  ['a crash', flat(plotOf(FLAT, 'write, delete'), CRASH)],
  ['a tree', tree(plotOf(TREE, 'make a directory, delete it'), NO_FAULT)],
  ...(isFullBudget
    ? ([
        ['an unknown outcome', flat(plotOf(FLAT, 'delete, write'), UNKNOWN)],
        ['a redelivery', flat(plotOf(FLAT, 'overwrite, delete'), REDELIVERY)],
        ['a full sync', withFullSync(flat(plotOf(FLAT, 'write, delete'), NO_FAULT))],
      ] as const)
    : []),
];

it.each(COMPARED)('histories end in the same states as with every order played: %s', async (_name, scope) => {
  const all = await explore(modelOf({ ...scope, everyOrder: true }));
  const some = await explore(modelOf(scope));
  expect(some.states).toBeLessThan(all.states);
  expect(some.ends).toEqual(all.ends);
});

/** What a mutant does, itself, the scope that finds it, and the promise that it breaks. */
type Mutation = readonly [what: string, functions: MirrorFunctions, scope: Scope, breaks: Rule];

const inFlat = (name: string, faults = NO_FAULT): Scope => flat(plotOf(FLAT, name), faults);
const inKept = (name: string): Scope => kept(plotOf(FLAT, name), NO_FAULT);
const inTree = (name: string): Scope => tree(plotOf(TREE, name), NO_FAULT);
const UNEQUAL: Rule = 'unequal at rest';
const DELETED: Rule = 'a live blob was deleted';

const MUTATIONS: readonly Mutation[] = [
  ['deletes without a record', recordsNothing, inKept('write, delete'), 'the history is wrong'],
  ['records an end after the deletion', recordsAfterwards, inKept('write, delete'), 'the history is wrong'],
  ['reads the source before the backup', sourceBeforeBackup, inFlat('delete, write'), DELETED],
  ['writes without a condition', unconditionalWrites, inFlat('delete, write'), DELETED],
  [
    'copies whatever version is at the source',
    unpinnedSource,
    inFlat('write, overwrite'),
    'two versions were mixed',
  ],
  [
    'does not read the source after a create from nothing',
    noReadingAfterCreate,
    inFlat('write, delete'),
    UNEQUAL,
  ],
  [
    'does not recheck a key after a write of unknown outcome',
    noRecheck,
    inFlat('write, delete', UNKNOWN),
    UNEQUAL,
  ],
  ['writes when in sync', blindToStamp, inFlat('write, overwrite'), 'written although in sync'],
  ['completes a message before the write', completedBeforeWrite, inFlat('write, overwrite', CRASH), UNEQUAL],
  [
    'takes a message that comes again for a new one',
    blindToRedelivery,
    inFlat('write, delete', CRASH),
    UNEQUAL,
  ],
  [
    'leaves out the checks of both names after a rename',
    renameWithoutChecks,
    inTree('rename the file, delete it'),
    UNEQUAL,
  ],
  ['leaves out the walk after a rename', renameWithoutWalk, inTree('rename the directory, write'), UNEQUAL],
  ['leaves alone what is above a key that is gone', noAncestors, inTree('write, delete'), UNEQUAL],
  [
    'does not walk a directory that was made again',
    madeAgainWithoutWalk,
    inTree('delete the directory, write'),
    UNEQUAL,
  ],
  [
    'does not read the source after a move to the trash',
    noReadingAfterTrash,
    inTree('delete the directory, write'),
    UNEQUAL,
  ],
  [
    'does not read the source after it made a directory',
    noReadingAfterDirectory,
    inTree('make a directory, delete it'),
    UNEQUAL,
  ],
];

it.each(MUTATIONS)('a mirror core that %s is found', async (_what, functions, scope, breaks) => {
  const { broken } = await explore<Scene>(modelOf(scope, functions));
  expect(broken?.violation.rule).toBe(breaks);
});
