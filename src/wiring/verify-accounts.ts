import { createAzureAccountInspector } from '../azure/account-inspector.ts';
import type { Account } from '../azure/account/connect-account.ts';
import type { StorageConnection } from '../config/connections.ts';
import type { Environment } from '../config/environment.ts';
import { readRequestRates } from '../config/copy-settings.ts';
import { readAccountSettings } from '../config/settings.ts';
import { createScope } from '../model/scope.ts';
import { mapInspector } from '../ports/account-decorators.ts';
import { capRequests } from '../concurrency/request-cap.ts';
import { chooseContainers } from '../verify/choose-containers.ts';
import type { VerificationCounts, Verification } from '../verify/verification.ts';
import { verify } from '../verify/verify.ts';
import { connectStorage } from './connect-storage.ts';

export { createVerificationCounts } from '../verify/verification.ts';
export type { ContentCheck, VerificationCounts } from '../verify/verification.ts';

export interface VerifyRequest extends Pick<
  Verification,
  'prefix' | 'content' | 'settleMs' | 'found' | 'stillMoving'
> {
  /** Names at the source. Empty for all in scope. */
  readonly containers: readonly string[];
}

/** A comparison only reads, so a failed request may be repeated. */
const TRIES = 5;

/**
 * Compares the two accounts within the scope and by the policy of the mirror.
 *
 * @param counts updated while it runs
 * @throws BlobmirrorError `setting-missing`, `setting-invalid`, or any storage code
 */
export async function verifyAccounts(
  env: Environment,
  { containers, ...request }: VerifyRequest,
  counts: VerificationCounts,
  signal: AbortSignal,
): Promise<void> {
  const { policy, ...settings } = readAccountSettings(env);
  const rates = readRequestRates(env);
  const source = createAzureAccountInspector(connect(settings.source, rates.source));
  const scope = createScope(source.account, settings.scope);
  const backup = mapInspector(createAzureAccountInspector(connect(settings.backup, rates.backup)), scope);
  const chosen = await chooseContainers(containers, scope, [source, backup]);
  await verify({ ...request, source, backup, scope, policy, containers: chosen }, counts, signal);
}

function connect(connection: StorageConnection, perSecond: number | undefined): Account {
  const cap = perSecond === undefined ? undefined : capRequests(connection.accountName, perSecond);
  return connectStorage(connection, { tries: TRIES, ...(cap && { cap }) });
}
