/** What each part was built from, so that a part is built again when any of that changed and not otherwise. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Part {
  readonly name: string;
  /** A file that is there when the part is built. */
  readonly output: string;
  /** The files that the part is built from, whatever they import: paths with slashes, from the repository's root. */
  readonly entries: () => readonly string[];
  /** Builds the part, and resolves to all files that went into it. Those in node_modules are left out: the lock file stands for them. */
  readonly build: () => Promise<Iterable<string>>;
}

/** The hash of each file that went into a part, by its path. */
type Stamp = Readonly<Record<string, string>>;

const FILE = 'dist/.built.json';

/** What every part depends on: the versions of what builds it, and how it is built. */
const ALWAYS = ['package.json', 'package-lock.json', 'scripts/build.ts'];

export function readStamps(): Readonly<Record<string, Stamp>> {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Stamp>;
  } catch {
    // None was written, or half of one: everything is built.
    return {};
  }
}

export function isUpToDate({ output, entries }: Part, stamp: Stamp | undefined): boolean {
  return (
    stamp !== undefined &&
    existsSync(output) &&
    [...ALWAYS, ...entries()].every((file) => file in stamp) &&
    Object.entries(stamp).every(([file, hash]) => hashOf(file) === hash)
  );
}

/** A file that changed since the build began counts as changed: which of its contents was built is not known. */
export function writeStamp({ name, entries }: Part, inputs: Iterable<string>, began: number): void {
  const files = new Set([...ALWAYS, ...entries(), ...inputs]);
  const stamp = Object.fromEntries(
    [...files].toSorted().map((file) => [file, changedSince(file, began) ? '' : (hashOf(file) ?? '')]),
  );
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify({ ...readStamps(), [name]: stamp }));
}

function hashOf(file: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64');
  } catch {
    return undefined;
  }
}

function changedSince(file: string, time: number): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) >= time;
}
