import { BlobmirrorError } from '../model/errors.ts';
import type { SteadyClock } from '../clock/service-clock.ts';
import type { SwapDetection } from './detect-swapped-accounts.ts';

/** A detection with which a worker may work. */
type Admitted = Exclude<SwapDetection, { readonly kind: 'swapped' }>;

/** Whether the accounts are swapped, not swapped or unknown; detected again until they are known not to be. */
export interface Admission {
  /**
   * Waits for the first detection. While the result is unknown, detects again in the background.
   *
   * @throws BlobmirrorError `accounts-swapped`
   */
  evaluate(): Promise<Admitted>;
  /**
   * For deletions that rely on a listing: requires a complete detection.
   *
   * @throws BlobmirrorError `accounts-swapped`, or the error of the detection
   */
  requireClear(): Promise<void>;
}

/** Swapped accounts are detected again, too: the other mirror may be gone. */
const AGAIN_AFTER_MS = 30_000;

/** @param detect never rejects */
export function createAdmission(
  { source, backup }: { readonly source: string; readonly backup: string },
  detect: () => Promise<SwapDetection>,
  clock: Pick<SteadyClock, 'now'>,
): Admission {
  let known: SwapDetection | undefined;
  let running: Promise<SwapDetection> | undefined;
  let begun = -Infinity;

  async function begin(): Promise<SwapDetection> {
    begun = clock.now();
    try {
      return (known = await detect());
    } finally {
      running = undefined;
    }
  }

  /** The current detection, or a new one if the last is old. */
  function renew(): Promise<SwapDetection> | undefined {
    if (known?.kind === 'clear') return undefined;
    if (running === undefined && clock.now() - begun >= AGAIN_AFTER_MS) running = begin();
    return running;
  }

  function admit(seen: SwapDetection): Admitted {
    if (seen.kind !== 'swapped') return seen;
    throw new BlobmirrorError(
      'accounts-swapped',
      `BLOBMIRROR_SOURCE (${source}) and BLOBMIRROR_BACKUP (${backup}) look swapped: ${seen.evidence}`,
      { context: { account: source } },
    );
  }

  return {
    evaluate: async () => {
      const next = renew();
      return admit(known ?? (await (next ?? begin())));
    },
    requireClear: async () => {
      const next = renew();
      const seen = admit((await next) ?? known ?? (await begin()));
      if (seen.kind === 'unknown') throw seen.error;
    },
  };
}
