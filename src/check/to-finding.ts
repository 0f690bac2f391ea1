import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { AccountProbe } from '../ports/account-probe.ts';
import { giveRole, makeSas, type Right, roleOf, showAccount, showConnection } from './az.ts';

/** A right on an account, as a request proves it. */
export interface Wanted {
  readonly check: string;
  readonly right: Right;
  /** What there is to say when it is there: `blobs can be read`. */
  readonly able: string;
  /** What follows from a lack of it; a problem when nothing is said. */
  readonly lacking?: { readonly status: Finding['status']; readonly detail: string };
}

/** Tries it, and says what that means. */
export async function tryRight(
  probe: Pick<AccountProbe, 'account' | 'by'>,
  wanted: Wanted,
  act: () => Promise<unknown>,
): Promise<Finding> {
  const { check, able } = wanted;
  const { account } = probe;
  try {
    await act();
    return { check, of: account, status: 'ok', detail: able };
  } catch (thrown) {
    return { check, of: account, ...explain(toBlobmirrorError(thrown), probe, wanted) };
  }
}

/** Who is not who it says it is, whatever it asks for. */
const WRONG_CREDENTIALS: ReadonlySet<unknown> = new Set([
  'AuthenticationFailed',
  'InvalidAuthenticationInfo',
  'NoAuthenticationInformation',
]);

function explain(
  error: BlobmirrorError,
  { account, by }: Pick<AccountProbe, 'account' | 'by'>,
  { right, lacking }: Wanted,
): Pick<Finding, 'status' | 'detail' | 'fix'> {
  const { service } = error.context;
  if (error.code !== 'storage-forbidden') {
    const fix = error.code === 'storage-unavailable' ? showAccount(account) : undefined;
    return { status: 'problem', detail: error.message, ...(fix !== undefined && { fix }) };
  }
  if (WRONG_CREDENTIALS.has(service) && by !== 'identity') {
    const what = by === 'key' ? 'the account key' : 'the SAS';
    return {
      status: 'problem',
      detail: `${what} is wrong, or no longer valid: ${error.message}`,
      fix: by === 'key' ? showConnection(account) : makeSas(right, account),
    };
  }
  if (service === 'AuthorizationFailure' && by === 'key')
    return {
      status: 'problem',
      detail: `the account refuses the key, or its firewall refuses the caller: ${error.message}`,
      fix: showAccount(account),
    };
  const missing =
    by === 'identity'
      ? `the identity lacks the role "${roleOf(right)}" or one that has more`
      : `the ${by === 'sas' ? 'SAS' : 'key'} does not permit it`;
  const { status = 'problem', detail } = lacking ?? {};
  return {
    status,
    detail: [`${missing}: ${error.message}`, detail].filter((part) => part !== undefined).join('; '),
    fix: by === 'identity' ? giveRole(right, account) : makeSas(right, account),
  };
}
