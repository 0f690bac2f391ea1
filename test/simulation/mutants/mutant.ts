import type { MirrorContext } from '../../../src/mirror/mirror-context.ts';
import { type BlobPresent, type Reading, isBlob } from '../../../src/model/reading.ts';
import type { Key } from '../../../src/model/key.ts';
import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/**
 * A mutant is the production mirror core with ports that break one of its rules: what it asks for is not what
 * happens. `spoil` is called for every converge, so that a mutant can remember what this one has read.
 */
export function spoilPorts(spoil: (pair: MirrorContext) => Partial<MirrorContext>): MirrorFunctions {
  return {
    ...REAL_FUNCTIONS,
    converge: (pair, key, look) => REAL_FUNCTIONS.converge({ ...pair, ...spoil(pair) }, key, look),
  };
}

/** The readings of one side, changed before they arrive. */
export function changeReadings<Port extends { read(key: Key): Promise<Reading> }>(
  port: Port,
  change: (reading: BlobPresent) => BlobPresent,
): Port {
  return {
    ...port,
    read: async (key) => {
      const reading = await port.read(key);
      return isBlob(reading) ? change(reading) : reading;
    },
  };
}
