import rhea from 'rhea';
// @ts-expect-error rhea has no types for its parts
import frames from 'rhea/lib/frames.js';
import type { RheaCopy } from './rhea-copies.ts';

/**
 * The bundled copy. `scripts/build/bundle.ts` replaces `rhea-copies.ts` by this file and checks that there is
 * only one copy.
 */
export function loadRheaCopies(): RheaCopy[] {
  return [{ path: 'rhea', rhea, frames: frames as unknown }];
}
