import { randomUUID } from 'node:crypto';
import type { Finding } from '../api/finding.ts';
import { type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { AccountProbe } from '../ports/probes.ts';
import { tryRight } from './try-right.ts';

/** Whether the app can keep what it knows of itself, and whether somebody has paused it. */
export async function checkState(
  documents: DocumentStore,
  probe: Pick<AccountProbe, 'account' | 'by'>,
  container: string,
): Promise<Finding> {
  const name = `check-${randomUUID()}`;
  return await tryRight(
    probe,
    { check: 'state', right: 'write', able: `the state in ${container} can be read and written` },
    async () => {
      // A write has no end where nobody answers.
      await documents.read(name);
      await documents.write(name, {}, { nothingThere: true });
      await documents.read(name);
      await documents.remove(name);
    },
  );
}

/** @param readPause undefined: mirroring goes on */
export async function checkPause(
  of: string,
  readPause: () => Promise<{ readonly since: string; readonly reason?: string } | undefined>,
): Promise<Finding> {
  const check = 'paused';
  try {
    const paused = await readPause();
    if (paused === undefined) return { check, of, status: 'ok', detail: 'mirroring is not paused' };
    const why = paused.reason === undefined ? '' : `: ${paused.reason}`;
    return {
      check,
      of,
      status: 'warning',
      detail: `mirroring is paused since ${paused.since}${why}`,
      fix: 'blobmirror resume',
    };
  } catch (thrown) {
    return { check, of, status: 'unknown', detail: toBlobmirrorError(thrown).message };
  }
}

export interface IdentityNeeds {
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  /** The mirror's id. */
  readonly mirror: string;
  /** Looks whether the accounts are swapped; `unknown` where not all could be seen. */
  readonly look: () => Promise<{ readonly kind: 'clear' | 'unknown' }>;
  /** Whether another mirror is at work under the same id, or with the same queues: rejects then. */
  readonly refuseAnother: () => Promise<void>;
}

/** Whether the accounts are what the settings take them for. While this is a problem, nothing else should be tried. */
export async function checkSwapped({ source, backup, look }: IdentityNeeds): Promise<Finding> {
  const about = { check: 'swapped', of: `${source}, ${backup}` };
  try {
    const { kind } = await look();
    return kind === 'clear'
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

const FIXED_BY_SETTING: Partial<Record<ErrorCode, string>> = {
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
    const settings = FIXED_BY_SETTING[code];
    if (settings === undefined) return { ...about, status: 'unknown', detail: message };
    return {
      ...about,
      status: 'problem',
      detail: message,
      fix: `az functionapp config appsettings set --name APP --resource-group GROUP --settings ${settings}`,
    };
  }
}
