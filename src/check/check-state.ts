import { randomUUID } from 'node:crypto';
import { toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { AccountProbe } from '../ports/account-probe.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { tryRight } from './to-finding.ts';

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
