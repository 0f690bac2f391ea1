import type { Hint } from '../model/hint.ts';
import type { Key } from '../model/key.ts';
import type { Prefix } from '../model/prefix.ts';
import type { Scope } from '../model/scope.ts';
import type { WalkPosition } from '../model/walk-position.ts';

/** A key to look at, and what is to be walked after it: one of them at least. */
export interface PlannedLook {
  readonly key: Key | undefined;
  readonly below: Below | undefined;
}

export interface Below {
  readonly prefix: Prefix;
  /** Whatever the key proves to be; if it is a directory; if it is one whose content the look lost from sight. */
  readonly when: 'always' | 'directory' | 'returned';
}

/**
 * What a hint asks to be looked at, in order, as far as it is in the scope. A directory may be left out by its own name
 * while something below it is not: that is walked without it.
 *
 * @param isDeep whether a key that proves to be a directory may have lost sight of what is below it
 */
export function planLooks(scope: Scope, hint: Hint, isDeep: boolean): readonly PlannedLook[] {
  const keys = hint.keys.map((key): PlannedLook => {
    const prefix = toPrefix(key);
    const hasBelow = scope.prefixes(prefix).length > 0;
    if (!scope.includes(key))
      return { key: undefined, below: hasBelow && hint.isDeep ? { prefix, when: 'always' } : undefined };
    // One that does not go as a whole is left, and what of it is in the scope goes by itself.
    const whole = scope.takesAllBelow(key) ? 'directory' : 'always';
    const when = isDeep || hint.isDeep ? whole : 'returned';
    return { key, below: hasBelow ? { prefix, when } : undefined };
  });
  const prefixes = hint.prefixes
    .filter((prefix) => scope.prefixes(prefix).length > 0)
    .map((prefix): PlannedLook => ({ key: undefined, below: { prefix, when: 'always' } }));
  return [...keys, ...prefixes].filter(({ key, below }) => key !== undefined || below !== undefined);
}

/** The look that a position belongs to; the first when there is none. */
export function lookOf(looks: readonly PlannedLook[], from: WalkPosition | undefined): number {
  if (from === undefined) return 0;
  const at = looks.findIndex(({ below }) => below !== undefined && isWithin(from.prefix, below.prefix));
  return Math.max(0, at);
}

/** Where the walk of a look begins. */
export function startOf({ below, key }: PlannedLook): WalkPosition | undefined {
  const prefix = below?.prefix ?? (key && toPrefix(key));
  return prefix && { prefix, source: undefined, backup: undefined };
}

function toPrefix(key: Key): Prefix {
  return { container: key.container, path: `${key.path}/` };
}

function isWithin(prefix: Prefix, wider: Prefix): boolean {
  return prefix.container === wider.container && prefix.path.startsWith(wider.path);
}
