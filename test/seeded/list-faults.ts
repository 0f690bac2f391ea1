import { globSync } from 'node:fs';
import { basename } from 'node:path';
import type { Fault } from './fault.ts';

const ROOT = new URL('../../', import.meta.url);

/** All faults by the room that they are in: a file of `faults/` each. */
export async function listFaults(): Promise<ReadonlyMap<string, readonly Fault[]>> {
  const rooms = new Map<string, readonly Fault[]>();
  for (const file of globSync('faults/*.ts', { cwd: import.meta.dirname }).toSorted()) {
    const { default: faults } = (await import(new URL(file, import.meta.url).href)) as {
      default: readonly Fault[];
    };
    rooms.set(basename(file, '.ts'), faults);
  }
  return rooms;
}

/** The files of the tests that are near a fault. Throws if a pattern matches none. */
export function nearTests({ name, near }: Fault): readonly string[] {
  const files = near.flatMap((pattern) => {
    const found = globSync(pattern, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
    if (found.length === 0)
      throw new RangeError(`the fault "${name}" names tests that do not exist: ${pattern}`);
    return found;
  });
  return [...new Set(files)].toSorted();
}
