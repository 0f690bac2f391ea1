import { BlobmirrorError } from '../model/errors.ts';
import type { SteadyClock } from '../clock/steady-clock.ts';
import type { SwapDetection } from './detect-swapped-accounts.ts';

/** What may be worked under. */
type Admitted = Exclude<SwapDetection, { readonly kind: 'swapped' }>;

/** Whether the accounts are surely swapped, surely not, or not known yet: looked at until it is known that they are not. */
export interface Admission {
  /**
   * The first look is waited for; while its outcome is not known, another one is made from time to time beside the work.
   *
   * @throws BlobmirrorError `accounts-swapped`
   */
  evaluate(): Promise<Admitted>;
  /**
   * For what deletes on the word of a listing: it waits until all was seen.
   *
   * @throws BlobmirrorError `accounts-swapped`, or what the look failed with
   */
  requireClear(): Promise<void>;
}

/** What is refused is looked at again, too: the other mirror may be gone. */
const AGAIN_AFTER_MS = 30_000;

/** @param see never rejects */
export function createAdmission(
  { source, backup }: { readonly source: string; readonly backup: string },
  see: () => Promise<SwapDetection>,
  clock: Pick<SteadyClock, 'now'>,
): Admission {
  let known: SwapDetection | undefined;
  let running: Promise<SwapDetection> | undefined;
  let begun = -Infinity;

  async function begin(): Promise<SwapDetection> {
    begun = clock.now();
    try {
      return (known = await see());
    } finally {
      running = undefined;
    }
  }

  /** The look that is under way, or a new one where the last is old. */
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
