/** Gives the next sequencer: 48 hexadecimal digits, later than every one before by string comparison. */
export type Sequencer = () => string;

/**
 * Sequencers made of the time and a count within it, so that they grow across a restart of the process too. A clock
 * that steps back while the process runs does no harm: the count goes on from the latest time seen.
 *
 * @param now milliseconds since 1970
 */
export function createSequencer(now: () => number): Sequencer {
  let latest = 0;
  let count = 0;
  return () => {
    const time = now();
    if (time > latest) {
      latest = time;
      count = 0;
    } else {
      count += 1;
    }
    return hex(latest, 32) + hex(count, 16);
  };
}

function hex(value: number, digits: number): string {
  return Math.trunc(value).toString(16).padStart(digits, '0');
}
