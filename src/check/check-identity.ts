import { type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';

export interface IdentityNeeds {
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  /** The mirror's id. */
  readonly mirror: string;
  /** Looks whether the accounts are swapped; `unknown` where not all could be seen. */
  readonly look: () => Promise<{ readonly outcome: 'clear' | 'unknown' }>;
  /** Whether another mirror is at work under the same id, or with the same queues: rejects then. */
  readonly refuseAnother: () => Promise<void>;
}

/** Whether the accounts are what the settings take them for. While this is a problem, nothing else should be tried. */
export async function checkSwapped({ source, backup, look }: IdentityNeeds): Promise<Finding> {
  const about = { check: 'swapped', of: `${source}, ${backup}` };
  try {
    const { outcome } = await look();
    return outcome === 'clear'
      ? { ...about, status: 'ok', detail: `nothing at the source ${source} was mirrored from ${backup}` }
      : {
          ...about,
          status: 'unknown',
          detail: 'the source could not be looked at, so that swapped accounts would not be seen',
        };
  } catch (thrown) {
    const { message } = toBlobmirrorError(thrown);
    return {
      ...about,
      status: 'problem',
      detail: `${message}; a worker does not start, and nothing else is tried. Where the two mirror each other on purpose, BLOBMIRROR_TWO_WAY=on says so`,
      fix: `az functionapp config appsettings list --name APP --resource-group GROUP --query "[?starts_with(name, 'BLOBMIRROR_SOURCE') || starts_with(name, 'BLOBMIRROR_BACKUP')].name"`,
    };
  }
}

const MENDED_BY: Partial<Record<ErrorCode, string>> = {
  'mirror-name-taken': 'BLOBMIRROR_NAME=NAME',
  'queue-taken': 'BLOBMIRROR_EVENTS_QUEUE=QUEUE BLOBMIRROR_RECONCILE_QUEUE=QUEUE',
};

/** Whose documents the state holds for these settings. */
export async function checkIdentity({ mirror, refuseAnother }: IdentityNeeds): Promise<Finding> {
  const about = { check: 'identity', of: mirror };
  try {
    await refuseAnother();
    return { ...about, status: 'ok', detail: `no other mirror is at work as ${mirror}, or with its queues` };
  } catch (thrown) {
    const { code, message } = toBlobmirrorError(thrown);
    const settings = MENDED_BY[code];
    if (settings === undefined) return { ...about, status: 'unknown', detail: message };
    return {
      ...about,
      status: 'problem',
      detail: message,
      fix: `az functionapp config appsettings set --name APP --resource-group GROUP --settings ${settings}`,
    };
  }
}
