import { describe, expect, it } from 'vitest';
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
import { unpinnedSource } from '../simulation/mutants/unpinned-source.ts';
import type { Rule } from '../simulation/violation.ts';
import { explore } from './explore.ts';
import { modelOf } from './model.ts';
import type { Scene, Scope } from './scene.ts';
import { CRASH, FLAT, flat, NO_FAULT, TREE, tree, UNKNOWN } from './scopes.ts';

const named = (plots: typeof FLAT, name: string) => plots[name] ?? expect.fail(`there is no plot "${name}"`);

describe('every history of two workers keeps every promise', () => {
  it.each(Object.entries(FLAT))('on flat accounts: %s', async (_name, plot) => {
    const { broken, states, ended } = await explore(modelOf(flat(plot, NO_FAULT)));
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(50);
    expect(ended).toBeGreaterThan(0);
  });

  it.each(Object.entries(TREE))('on hierarchical accounts: %s', async (_name, plot) => {
    const { broken, states } = await explore(modelOf(tree(plot, NO_FAULT)));
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(50);
  });
});

interface Mutation {
  readonly what: string;
  readonly functions: MirrorFunctions;
  readonly scope: Scope;
  readonly breaks: Rule;
}

const CREATE_DELETE = named(FLAT, 'write, delete');

const MUTATIONS: readonly Mutation[] = [
  {
    what: 'reads the source before the backup',
    functions: sourceBeforeBackup,
    scope: flat(named(FLAT, 'delete, write'), NO_FAULT),
    breaks: 'a live blob was deleted',
  },
  {
    what: 'writes without a condition',
    functions: unconditionalWrites,
    scope: flat(named(FLAT, 'delete, write'), NO_FAULT),
    breaks: 'a live blob was deleted',
  },
  {
    what: 'copies whatever version is at the source',
    functions: unpinnedSource,
    scope: flat(named(FLAT, 'write, overwrite'), NO_FAULT),
    breaks: 'two versions were mixed',
  },
  {
    what: 'does not read the source after a create from nothing',
    functions: noReadingAfterCreate,
    scope: flat(CREATE_DELETE, NO_FAULT),
    breaks: 'unequal at rest',
  },
  {
    what: 'does not look again after a write of unknown outcome',
    functions: noRecheck,
    scope: flat(CREATE_DELETE, UNKNOWN),
    breaks: 'unequal at rest',
  },
  {
    what: 'writes when in sync',
    functions: blindToStamp,
    scope: flat(named(FLAT, 'write, overwrite'), NO_FAULT),
    breaks: 'written although in sync',
  },
  {
    what: 'completes a message before the write',
    functions: completedBeforeWrite,
    scope: flat(named(FLAT, 'write, overwrite'), CRASH),
    breaks: 'unequal at rest',
  },
  {
    what: 'takes a message that comes again for a new one',
    functions: blindToRedelivery,
    scope: flat(CREATE_DELETE, CRASH),
    breaks: 'unequal at rest',
  },
  {
    what: 'leaves out the checks of both names after a rename',
    functions: renameWithoutChecks,
    scope: tree(named(TREE, 'rename the file, delete it'), NO_FAULT),
    breaks: 'unequal at rest',
  },
  {
    what: 'leaves out the walk after a rename',
    functions: renameWithoutWalk,
    scope: tree(named(TREE, 'rename the directory, write'), NO_FAULT),
    breaks: 'unequal at rest',
  },
  {
    what: 'leaves alone what is above a key that is gone',
    functions: noAncestors,
    scope: tree(named(TREE, 'write, delete'), NO_FAULT),
    breaks: 'unequal at rest',
  },
  {
    what: 'does not walk a directory that was made again',
    functions: madeAgainWithoutWalk,
    scope: tree(named(TREE, 'delete the directory, write'), NO_FAULT),
    breaks: 'unequal at rest',
  },
  {
    what: 'does not read the source after a move to the trash',
    functions: noReadingAfterTrash,
    scope: tree(named(TREE, 'delete the directory, write'), NO_FAULT),
    breaks: 'unequal at rest',
  },
  {
    what: 'does not read the source after it made a directory',
    functions: noReadingAfterDirectory,
    scope: tree(named(TREE, 'make a directory, delete it'), NO_FAULT),
    breaks: 'unequal at rest',
  },
];

it.each(MUTATIONS)('a mirror core that $what is found', async ({ functions, scope, breaks }) => {
  const { broken } = await explore<Scene>(modelOf(scope, functions));
  expect(broken?.violation.rule).toBe(breaks);
});
