import type { Conditions, Context } from '../../azurite/azurite-model.ts';
import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import { errors, storageError, validateWriteConditions } from '../../azurite/azurite.ts';
import type { Blob, ImmutabilityPolicy, StoredBlob } from '../../store/blob.ts';
import { DAY_MS } from '../history-settings.ts';
import { type Stage, committedBlob, versionOf } from './find.ts';

type ImmutabilityOperations = Pick<
  MetadataStore,
  'setImmutabilityPolicy' | 'deleteImmutabilityPolicy' | 'setLegalHold'
>;

const UNTIL = 'x-ms-immutability-policy-until-date';
const MODE = 'x-ms-immutability-policy-mode';
const HOLD = 'x-ms-legal-hold';

/**
 * Policies and legal holds of versions (learn.microsoft.com/rest/api/storageservices/set-blob-immutability-policy,
 * delete-blob-immutability-policy, set-blob-legal-hold). Requests reach them in accounts that have them alone. None changes
 * the ETag. The codes of refusals about a locked policy are inferred.
 */
export function immutabilityOperations(stage: Stage): ImmutabilityOperations {
  const { store, history } = stage;

  /** The version that a request names, changed and saved. */
  const change = (
    context: Context,
    account: string,
    container: string,
    path: string,
    conditions: Conditions | undefined,
    act: (blob: StoredBlob) => void,
  ): StoredBlob =>
    store.write(() => {
      const version = versionOf(stage, context);
      const blob = committedBlob(stage, context, { account, container, blob: path, version });
      validateWriteConditions(context, conditions, blob);
      act(blob);
      store.blobs.update(blob);
      return blob;
    });

  return {
    async setImmutabilityPolicy(context, account, container, path, conditions) {
      const given = policyIn(context);
      if (given === undefined)
        throw storageError(
          context,
          400,
          'MissingRequiredHeader',
          'An HTTP header that is mandatory for this request is not specified.',
          { HeaderName: UNTIL },
        );
      if (given.until <= history.now()) throw badHeader(context, UNTIL);
      const blob = change(context, account, container, path, conditions, (found) => {
        const isLocked = found.policy?.mode === 'locked';
        if (isLocked && (given.mode !== 'locked' || given.until < (found.policy?.until ?? 0)))
          throw immutable(context, 'Policy');
        found.policy = given;
      });
      tellPolicy(context, blob);
      await Promise.resolve();
    },
    async deleteImmutabilityPolicy(context, account, container, path) {
      change(context, account, container, path, undefined, (blob) => {
        if (blob.policy?.mode === 'locked') throw immutable(context, 'Policy');
        blob.policy = undefined;
      });
      await Promise.resolve();
    },
    async setLegalHold(context, account, container, path, isHeld) {
      change(context, account, container, path, undefined, (blob) => {
        blob.isHeld = isHeld || undefined;
      });
      context.response?.setHeader(HOLD, String(isHeld));
      await Promise.resolve();
    },
  };
}

/** Gives a new version the policy and the hold of its request, or the default policy of its account. */
export function protect({ history }: Stage, context: Context, blob: Blob): void {
  const days = history.immutability(blob.accountName);
  if (days === undefined) return;
  const now = history.now();
  const given = policyIn(context);
  if (given !== undefined && given.until <= now) throw badHeader(context, UNTIL);
  blob.policy = given ?? (days > 0 ? { until: now + days * DAY_MS, mode: 'unlocked' } : undefined);
  blob.isHeld = context.request.getHeader(HOLD)?.toLowerCase() === 'true' || undefined;
}

/** @throws AzuriteError 409 for a version that cannot be deleted yet */
export function refuseDeletion({ history }: Stage, context: Context, { policy, isHeld }: Blob): void {
  if (isHeld === true) throw immutable(context, 'LegalHold');
  if (policy !== undefined && policy.until > history.now()) throw immutable(context, 'Policy');
}

/**
 * Refuses Set Blob Metadata and writes into the content of a version that has a policy, even one that is over: immutable-version-level-worm-policies.
 * That Append Block is such a write is inferred.
 *
 * @throws AzuriteError 409
 */
export function refuseChange(context: Context, { policy, isHeld }: Blob): void {
  if (isHeld === true) throw immutable(context, 'LegalHold');
  if (policy !== undefined) throw immutable(context, 'Policy');
}

/** Tells the client what protects the version that it reads. */
export function tellPolicy({ response }: Context, { policy, isHeld }: Blob): void {
  if (policy !== undefined) {
    response?.setHeader(UNTIL, new Date(policy.until).toUTCString());
    response?.setHeader(MODE, policy.mode);
  }
  if (isHeld === true) response?.setHeader(HOLD, 'true');
}

function policyIn(context: Context): ImmutabilityPolicy | undefined {
  const date = context.request.getHeader(UNTIL);
  const mode = context.request.getHeader(MODE)?.toLowerCase() ?? 'unlocked';
  if (date === undefined) return undefined;
  const until = Date.parse(date);
  if (Number.isNaN(until)) throw badHeader(context, UNTIL);
  if (mode !== 'locked' && mode !== 'unlocked') throw badHeader(context, MODE);
  return { until, mode };
}

function badHeader(context: Context, HeaderName: string): Error {
  return errors.getInvalidHeaderValue(context.contextId, { HeaderName });
}

function immutable(context: Context, due: 'Policy' | 'LegalHold'): Error {
  const reason = due === 'Policy' ? 'a policy' : 'one or more legal holds';
  return storageError(
    context,
    409,
    `BlobImmutableDueTo${due}`,
    `This operation is not permitted as the blob is immutable due to ${reason}.`,
  );
}
