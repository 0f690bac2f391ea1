import { toBlobmirrorError } from '../model/errors.js';
import type { Finding } from '../model/finding.js';

/** Recovery points and lags are told by our clock. */
const WARNING_MS = 5_000;
/** Signatures and tokens are refused at a quarter of an hour, and ours begin five minutes early. */
const PROBLEM_MS = 300_000;

/** @param of an account or a namespace */
export async function checkClock(
  check: string,
  of: string,
  aheadMs: () => Promise<number | undefined>,
): Promise<Finding> {
  try {
    const ahead = await aheadMs();
    if (ahead === undefined) return { check, of, status: 'unknown', detail: 'it did not tell the time' };
    const skew = Math.abs(ahead);
    const seconds = (skew / 1000).toFixed(1);
    if (skew < WARNING_MS)
      return { check, of, status: 'ok', detail: `its clock and ours agree to ${seconds} s` };
    return {
      check,
      of,
      status: skew < PROBLEM_MS ? 'warning' : 'problem',
      detail: `its clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ours, and all ages and lags are wrong by that`,
      fix: 'sudo timedatectl set-ntp true',
    };
  } catch (thrown) {
    return { check, of, status: 'unknown', detail: toBlobmirrorError(thrown).message };
  }
}
