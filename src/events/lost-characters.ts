import { parseContainerName } from '../model/key.ts';
import type { Prefix } from '../model/prefix.ts';
import type { NamedPlace } from './named-place.ts';

/** What stands for half a character that was lost. A blob's own name may hold it, too: nothing tells the two apart. */
const LOST = '\uFFFD';

/**
 * What Event Grid does to a name on its way into a subject: each half of a character beyond the basic plane was seen
 * to become U+FFFD (github.com/Azure-Samples/azure-event-grid-viewer/issues/9). A run of either, as one match.
 */
const LOSSES = /[\u{10000}-\u{10FFFF}\uFFFD]+/gu;

/** Whether two places are one once the losses are allowed for. */
export function isSameName(one: NamedPlace, other: NamedPlace): boolean {
  return (
    one.container === other.container &&
    (one.path === other.path || one.path.replace(LOSSES, LOST) === other.path.replace(LOSSES, LOST))
  );
}

/** For each name of which no spelling is free of losses: the longest prefix that is sure, each once. */
export function surePrefixes(names: readonly (readonly NamedPlace[])[]): readonly Prefix[] {
  const prefixes = new Map<string, Prefix>();
  for (const spellings of names) {
    const lengths = spellings.map((place) => place.path.indexOf(LOST));
    const [place] = spellings;
    if (place === undefined || lengths.includes(-1)) continue;
    const longest = spellings[lengths.indexOf(Math.max(...lengths))] ?? place;
    const path = longest.path.slice(0, Math.max(...lengths));
    try {
      prefixes.set(`${place.container}/${path}`, { container: parseContainerName(place.container), path });
    } catch {
      // No container, so no blob: the keys tell of it.
    }
  }
  return [...prefixes.values()];
}
