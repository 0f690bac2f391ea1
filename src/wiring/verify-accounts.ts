import { createAzureAccountInspector } from '../azure/account-inspector.ts';
import type { Account } from '../azure/account/connect-account.ts';
import type { StorageConnection } from '../config/connections.ts';
import type { Environment } from '../config/environment.ts';
import { readRequestRates } from '../config/copy-settings.ts';
import { readAccountSettings } from '../config/settings.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import { type Scope, createScope } from '../model/scope.ts';
import type { AccountInspector } from '../ports/account-inspector.ts';
import { mapInspector } from '../ports/map-containers.ts';
import { capRequests } from '../concurrency/request-cap.ts';
import type { VerificationCounts, Verification } from '../verify/verification.ts';
import { verify } from '../verify/verify.ts';
import { connectStorage } from './connect-storage.ts';

export {
  createVerificationCounts as createTally,
  type VerificationCounts as Tally,
} from '../verify/verification.ts';
export type { ContentCheck } from '../verify/verification.ts';

export interface VerifyRequest extends Pick<
  Verification,
  'prefix' | 'content' | 'settleMs' | 'found' | 'stillMoving'
> {
  /** Names at the source; none for all in scope. */
  readonly containers: readonly string[];
}

/** A comparison only reads, so a request that failed may be sent again. */
const TRIES = 5;

/**
 * Compares the accounts that the environment names, within the scope and by the policy of the mirror.
 *
 * @throws BlobmirrorError `setting-missing`, `setting-invalid`, or any storage code
 */
export async function verifyAccounts(
  env: Environment,
  { containers, ...request }: VerifyRequest,
  tally: VerificationCounts,
  signal: AbortSignal,
): Promise<void> {
  const { policy, ...settings } = readAccountSettings(env);
  const rates = readRequestRates(env);
  const source = createAzureAccountInspector(connect(settings.source, rates.source));
  const scope = createScope(source.account, settings.scope);
  const backup = mapInspector(createAzureAccountInspector(connect(settings.backup, rates.backup)), scope);
  const chosen = await chooseContainers(containers, scope, [source, backup]);
  await verify({ ...request, source, backup, scope, policy, containers: chosen }, tally, signal);
}

function connect(connection: StorageConnection, perSecond: number | undefined): Account {
  const cap = perSecond === undefined ? undefined : capRequests(connection.accountName, perSecond);
  return connectStorage(connection, { tries: TRIES, ...(cap && { cap }) });
}

/** A name that nobody knows is a slip of the hand, and must not pass for a container without differences. */
async function chooseContainers(
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
    throw refuse(text, 'is no name of a container');
  }
}

function refuse(name: string, reason: string): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', `--container ${JSON.stringify(name)} ${reason}`);
}
