import { toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { showAccount } from './az.ts';

/** Whether content goes from account to account by itself, or must pass through the workers. */
export async function checkCopy(
  source: string,
  backup: string,
  probe: () => Promise<boolean>,
): Promise<Finding> {
  const about = { check: 'copy', of: `${source}, ${backup}` };
  try {
    if (await probe())
      return { ...about, status: 'ok', detail: 'the backup fetches content from the source by itself' };
    const detail =
      'the backup has no operation that fetches content, so that all of it passes through the workers';
    return { ...about, status: 'warning', detail };
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    return {
      ...about,
      status: 'problem',
      detail: `the backup cannot fetch content from the source, whose firewall may keep it out; BLOBMIRROR_COPY=streamed does without: ${error.message}`,
      fix: showAccount(source),
    };
  }
}
