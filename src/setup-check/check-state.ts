import { randomUUID } from 'node:crypto';
import type { Finding } from '../api/finding.ts';
import { type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { AccountProbe } from '../ports/probes.ts';
import { tryRight } from './try-right.ts';

/** Checks that the mirror can read and write the documents of its state. */
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
      // First a read: a write to an account that does not answer has no time limit.
      await documents.read(name);
      await documents.write(name, {}, { nothingThere: true });
      await documents.read(name);
      await documents.remove(name);
    },
  );
}

/** @param readPause resolves to undefined if mirroring is not paused */
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
  /** Detects swapped accounts; `unknown`: not all of the source could be read. */
  readonly detectSwap: () => Promise<{ readonly kind: 'clear' | 'unknown' }>;
  /** Rejects if another mirror works under the same id or with the same queues. */
  readonly refuseAnother: () => Promise<void>;
}

/** Checks that source and backup are not swapped. If they are, no other check may run: some write to the accounts. */
export async function checkSwapped({ source, backup, detectSwap }: IdentityNeeds): Promise<Finding> {
  const about = { check: 'swapped', of: `${source}, ${backup}` };
  try {
    const { kind } = await detectSwap();
    return kind === 'clear'
      ? { ...about, status: 'ok', detail: `no blob of the source ${source} was mirrored from ${backup}` }
      : {
          ...about,
          status: 'unknown',
          detail: 'the source could not be read, so swapped accounts would not be detected',
        };
  } catch (thrown) {
    const { message } = toBlobmirrorError(thrown);
    return {
      ...about,
      status: 'problem',
      detail: `${message}; workers do not start, and no other check is made. If the two accounts mirror each other on purpose, set BLOBMIRROR_TWO_WAY=on`,
      fix: `az functionapp config appsettings list --name APP --resource-group GROUP --query "[?starts_with(name, 'BLOBMIRROR_SOURCE') || starts_with(name, 'BLOBMIRROR_BACKUP')].name"`,
    };
  }
}

const FIXED_BY_SETTING: Partial<Record<ErrorCode, string>> = {
  'mirror-name-taken': 'BLOBMIRROR_NAME=NAME',
  'queue-taken': 'BLOBMIRROR_EVENTS_QUEUE=QUEUE BLOBMIRROR_RECONCILE_QUEUE=QUEUE',
};

/** Checks that no other mirror uses this id or these queues. */
export async function checkIdentity({ mirror, refuseAnother }: IdentityNeeds): Promise<Finding> {
  const about = { check: 'identity', of: mirror };
  try {
    await refuseAnother();
    return { ...about, status: 'ok', detail: `no other mirror works as ${mirror} or with its queues` };
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
