import { SKIP_HINTS } from '../api/skip-hints.ts';
import type { ContainerProgress } from '../api/run.ts';
import type { UnprotectedRequest } from '../api/unprotected.ts';
import { BlobmirrorError, ERRORS } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { quoted } from '../model/printable.ts';

/** Why a full sync leaves what it would delete, beside the reasons of a check. */
const OF_GUARDS = [
  'source-container-missing',
  'source-container-empty',
  'too-many-deletes',
  'keys-blocked',
] as const satisfies readonly NonNullable<ContainerProgress['stopped']>[];

/** What the list has, whatever is selected of it. */
export interface Named {
  readonly reasons: ReadonlySet<string>;
  readonly containers: ReadonlySet<string>;
}

/**
 * Refuses a misspelt reason or container: an empty answer would look like good news.
 *
 * @param readContainers the mirrored containers of both accounts; asked only about a container of which no key is named
 * @throws BlobmirrorError `request-invalid`; any storage code where the containers cannot be read
 */
export async function refuseMisspelt(
  { reason, container }: Pick<UnprotectedRequest, 'reason' | 'container'>,
  named: Named,
  readContainers: () => Promise<readonly string[]>,
): Promise<void> {
  const reasons = [...Object.keys(SKIP_HINTS), ...Object.keys(ERRORS), ...OF_GUARDS, ...named.reasons];
  if (reason !== undefined && !reasons.includes(reason))
    throw refused(`${quoted(reason.slice(0, 80))} is no reason of a key`, reason, reasons);
  if (container === undefined || named.containers.has(container)) return;
  const containers = await readContainers();
  if (!containers.includes(container))
    throw refused(`${quoted(container.slice(0, 80))} is no container that is mirrored`, container, [
      ...containers,
      ...named.containers,
    ]);
}

function refused(what: string, word: string, known: readonly string[]): BlobmirrorError {
  const meant = nearest(word.slice(0, 80), known);
  return new BlobmirrorError(
    'request-invalid',
    `${what}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}
