import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { AccountInspector } from '../ports/account-inspector.ts';

/**
 * The containers that `--container` names; undefined for the whole scope. The name of a missing container is
 * refused: otherwise it would be reported as a container without differences.
 *
 * @throws BlobmirrorError `setting-invalid`
 */
export async function chooseContainers(
  names: readonly string[],
  scope: Scope,
  accounts: readonly AccountInspector[],
): Promise<ReadonlySet<ContainerName> | undefined> {
  if (names.length === 0) return undefined;
  const chosen = new Set<ContainerName>();
  for (const text of names) {
    const name = parseName(text);
    if (!scope.includesContainer(name)) throw refuse(text, 'is not mirrored by the settings');
    const found = await Promise.all(accounts.map(async (account) => await account.readContainer(name)));
    if (found.every((metadata) => metadata === undefined)) throw refuse(text, 'is in neither account');
    chosen.add(name);
  }
  return chosen;
}

function parseName(text: string): ContainerName {
  try {
    return parseContainerName(text);
  } catch {
    throw refuse(text, 'is not a valid container name');
  }
}

function refuse(name: string, reason: string): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', `--container ${JSON.stringify(name)} ${reason}`);
}
