import { makeDirectory, putForeign, remove, removeDirectory, rename, write } from './acts.ts';
import type { Act, Faults, Scope } from './scene.ts';

/** What users do, by a name; some of it before the history begins, on both sides. */
interface Plot {
  readonly before?: readonly Act[];
  readonly acts: readonly Act[];
}

const CAT = write('cat', 'z');

/** One blob on flat accounts. */
export const FLAT: Readonly<Record<string, Plot>> = {
  'write, overwrite': { acts: [write('cat', 'a'), write('cat', 'b')] },
  'write, delete': { acts: [write('cat', 'a'), remove('cat')] },
  'overwrite, delete': { before: [CAT], acts: [write('cat', 'a'), remove('cat')] },
  'delete, write': { before: [CAT], acts: [remove('cat'), write('cat', 'a')] },
  'write over a foreign blob, delete': {
    before: [putForeign('cat')],
    acts: [write('cat', 'a'), remove('cat')],
  },
};

/** Three acts. */
const FLAT_LONG: Readonly<Record<string, Plot>> = {
  'write, delete, write': { acts: [write('cat', 'a'), remove('cat'), write('cat', 'b')] },
  'write, overwrite, delete': { acts: [write('cat', 'a'), write('cat', 'b'), remove('cat')] },
  'delete, write, delete': { before: [CAT], acts: [remove('cat'), write('cat', 'a'), remove('cat')] },
};

const FILE = write('d/f', 'z');

/** One directory and one file on hierarchical accounts. */
export const TREE: Readonly<Record<string, Plot>> = {
  'make a directory, write into it': { acts: [makeDirectory('d'), write('d/f', 'a')] },
  'make a directory, delete it': { acts: [makeDirectory('d'), removeDirectory('d')] },
  'write, delete': { acts: [write('d/f', 'a'), remove('d/f')] },
  'write, delete the directory': { acts: [write('d/f', 'a'), removeDirectory('d')] },
  'delete the directory, write': { before: [FILE], acts: [removeDirectory('d'), write('d/f', 'a')] },
  'rename the file, write': { before: [FILE], acts: [rename('d/f', 'd/g', 'Blob'), write('d/f', 'a')] },
  'rename the file, delete it': { before: [FILE], acts: [rename('d/f', 'd/g', 'Blob'), remove('d/g')] },
  'rename the file and back': {
    before: [FILE],
    acts: [rename('d/f', 'd/g', 'Blob'), rename('d/g', 'd/f', 'Blob')],
  },
  'rename the directory, write': { before: [FILE], acts: [rename('d', 'e', 'Directory'), write('d/f', 'a')] },
  'write, rename the directory': { before: [FILE], acts: [write('d/f', 'a'), rename('d', 'e', 'Directory')] },
};

export const NO_FAULT: Faults = { redeliveries: 0, crashes: 0, unknowns: 0 };
export const CRASH: Faults = { ...NO_FAULT, crashes: 1 };
export const UNKNOWN: Faults = { ...NO_FAULT, unknowns: 1 };
export const REDELIVERY: Faults = { ...NO_FAULT, redeliveries: 1 };

export function flat({ before = [], acts }: Plot, faults: Faults): Scope {
  return { kind: 'flat', workers: 2, concurrency: 1, faults, paths: ['cat'], before, acts };
}

/** The same on a backup that keeps a history. */
export function kept(plot: Plot, faults: Faults): Scope {
  return { ...flat(plot, faults), kind: 'kept' };
}

export function tree({ before = [], acts }: Plot, faults: Faults): Scope {
  return {
    kind: 'tree',
    workers: 2,
    concurrency: 1,
    faults,
    paths: ['d', 'e', 'd/f', 'd/g', 'e/f'],
    before,
    acts,
  };
}

export function plotOf(plots: Readonly<Record<string, Plot>>, name: string): Plot {
  const plot = plots[name];
  if (plot === undefined) throw new Error(`there is no plot "${name}"`);
  return plot;
}

function shortLived(plot: Plot, faults: Faults): Scope {
  return { ...tree(plot, faults), isShortLived: true };
}

export function withFullSync(scope: Scope): Scope {
  return { ...scope, fullSync: true };
}

const ONE_FAULT: readonly (readonly [name: string, faults: Faults])[] = [
  ['a crash', CRASH],
  ['an unknown outcome', UNKNOWN],
  ['a redelivery', REDELIVERY],
];
const TWO_FAULTS: readonly (readonly [name: string, faults: Faults])[] = [
  ['a crash and an unknown outcome', { ...CRASH, unknowns: 1 }],
  ['a redelivery and a crash', { ...REDELIVERY, crashes: 1 }],
  ['a redelivery and an unknown outcome', { ...REDELIVERY, unknowns: 1 }],
];

/** The scopes of `npm run explore`, by their names. */
export const SCOPES: ReadonlyMap<string, Scope> = new Map([
  ...Object.entries(FLAT).flatMap(([name, plot]) => [
    [`flat: ${name}`, flat(plot, NO_FAULT)] as const,
    [`flat: ${name}; a full sync`, withFullSync(flat(plot, NO_FAULT))] as const,
    ...[...ONE_FAULT, ...TWO_FAULTS].map(
      ([fault, faults]) => [`flat: ${name}; ${fault}`, flat(plot, faults)] as const,
    ),
  ]),
  ...Object.entries(FLAT).flatMap(([name, plot]) => [
    [`history: ${name}`, kept(plot, NO_FAULT)] as const,
    [`history: ${name}; a full sync`, withFullSync(kept(plot, NO_FAULT))] as const,
    ...ONE_FAULT.map(([fault, faults]) => [`history: ${name}; ${fault}`, kept(plot, faults)] as const),
  ]),
  ...Object.entries(FLAT_LONG).map(([name, plot]) => [`flat: ${name}`, flat(plot, NO_FAULT)] as const),
  ...Object.entries(TREE).map(([name, plot]) => [`tree: ${name}`, tree(plot, NO_FAULT)] as const),
  ...['make a directory, write into it', 'make a directory, delete it'].flatMap((name) => [
    ...ONE_FAULT.map(
      ([fault, faults]) => [`tree: ${name}; ${fault}`, shortLived(plotOf(TREE, name), faults)] as const,
    ),
    [
      `tree: ${name}; one worker and a full sync`,
      withFullSync({ ...shortLived(plotOf(TREE, name), NO_FAULT), workers: 1 }),
    ] as const,
  ]),
]);

/** The larger ones of `npm run explore -- --deep`. */
export const DEEP_SCOPES: ReadonlyMap<string, Scope> = new Map(
  Object.entries(FLAT).map(([name, plot]) => [
    `flat: ${name}; a redelivery, a crash and an unknown outcome`,
    flat(plot, { redeliveries: 1, crashes: 1, unknowns: 1 }),
  ]),
);
