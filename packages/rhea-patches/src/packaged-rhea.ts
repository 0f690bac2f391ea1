import rhea from 'rhea';
// @ts-expect-error rhea has no types for its parts
import frames from 'rhea/lib/frames.js';
import type { RheaCopy } from './rhea-copies.ts';

/** The one copy that was bundled; `scripts/build/bundle.ts` puts this in the place of `rhea-copies.ts`, and sees that it is one. */
export function loadRheaCopies(): RheaCopy[] {
  return [{ path: 'rhea', rhea, frames: frames as unknown }];
}
