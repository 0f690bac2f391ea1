import type { Difference, DifferenceName } from '../../model/difference.ts';

type Named = Readonly<Record<string, string>>;

/** One difference for each name that one side lacks or that has another value there. The case of a name counts. */
export function compareNames(difference: DifferenceName, source: Named, backup: Named): Difference[] {
  const [ours, theirs] = [new Map(Object.entries(source)), new Map(Object.entries(backup))];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((name) => {
    const [here, there] = [ours.get(name), theirs.get(name)];
    if (here === there) return [];
    return {
      difference,
      name,
      ...(here !== undefined && { source: here }),
      ...(there !== undefined && { backup: there }),
    };
  });
}
