import type { Pair } from '../../../src/mirror/pair.ts';
import { type BlobPresent, isBlob, type Reading } from '../../../src/model/reading.ts';
import type { Key } from '../../../src/model/key.ts';
import { type Heart, REAL_HEART } from '../heart.ts';

/**
 * A mutant is the production heart between ports that take one of its rules away: what it asks for is not what
 * happens. `spoil` is called for every converge, so that a mutant can remember what this one has read.
 */
export function spoilPorts(spoil: (pair: Pair) => Partial<Pair>): Heart {
  return {
    ...REAL_HEART,
    converge: (pair, key, look) => REAL_HEART.converge({ ...pair, ...spoil(pair) }, key, look),
  };
}

/** The readings of one side, changed on their way. */
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
