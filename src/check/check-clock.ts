import { MOST_OFF_MS } from '../clock/heard-clock.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { skew } from '../model/statement.ts';

/** The wider apart they are, the earlier a moment is claimed. */
const WARNING_MS = 5_000;

/** @param of an account or a namespace */
export async function checkClock(
  check: string,
  of: string,
  aheadMs: () => Promise<number | undefined>,
): Promise<Finding> {
  try {
    const ahead = await aheadMs();
    if (ahead === undefined) return { check, of, status: 'unknown', detail: 'it did not tell the time' };
    const apart = Math.abs(ahead);
    if (apart < WARNING_MS)
      return {
        check,
        of,
        status: 'ok',
        detail: `its clock and ours agree to ${(apart / 1000).toFixed(1)} s`,
      };
    const isOff = apart > MOST_OFF_MS;
    return {
      check,
      of,
      status: isOff ? 'problem' : 'warning',
      detail: isOff
        ? `clock-off: our clock is ${skew(-ahead)}, by its own. A machine whose clock is so claims no live point, full syncs that it begins prove nothing, and from a quarter of an hour on its keys and tokens are refused`
        : `our clock is ${skew(-ahead)}, by its own; what is claimed goes by the earlier of the two`,
      fix: 'sudo timedatectl set-ntp true',
    };
  } catch (thrown) {
    return { check, of, status: 'unknown', detail: toBlobmirrorError(thrown).message };
  }
}
