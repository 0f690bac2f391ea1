import type { Finding } from '../api/finding.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { AccountProbe } from '../ports/probes.ts';
import {
  type Right,
  assignRoleCommand,
  createSasCommand,
  roleOf,
  showAccountCommand,
  showConnectionCommand,
} from './az-commands.ts';

/** A right on an account, proven by a request. */
export interface RequiredRight {
  readonly check: string;
  readonly right: Right;
  /** The detail of a finding that it is there: `blobs can be read`. */
  readonly able: string;
  /** The consequence if it is missing; by default a problem. */
  readonly lacking?: { readonly status: Finding['status']; readonly detail: string };
}

/** Makes the request and turns its result into a finding. */
export async function tryRight(
  probe: Pick<AccountProbe, 'account' | 'by'>,
  wanted: RequiredRight,
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

/** Error codes of wrong credentials, whatever the request. */
const WRONG_CREDENTIALS: ReadonlySet<unknown> = new Set([
  'AuthenticationFailed',
  'InvalidAuthenticationInfo',
  'NoAuthenticationInformation',
]);

function explain(
  error: BlobmirrorError,
  { account, by }: Pick<AccountProbe, 'account' | 'by'>,
  { right, lacking }: RequiredRight,
): Pick<Finding, 'status' | 'detail' | 'fix'> {
  const { service } = error.context;
  if (error.code !== 'storage-forbidden') {
    const fix = error.code === 'storage-unavailable' ? showAccountCommand(account) : undefined;
    return { status: 'problem', detail: error.message, ...(fix !== undefined && { fix }) };
  }
  if (WRONG_CREDENTIALS.has(service) && by !== 'identity') {
    const what = by === 'key' ? 'the account key' : 'the SAS';
    return {
      status: 'problem',
      detail: `${what} is wrong or has expired: ${error.message}`,
      fix: by === 'key' ? showConnectionCommand(account) : createSasCommand(right, account),
    };
  }
  if (service === 'AuthorizationFailure' && by === 'key')
    return {
      status: 'problem',
      detail: `the account refuses the key, or its firewall blocks the caller: ${error.message}`,
      fix: showAccountCommand(account),
    };
  const missing =
    by === 'identity'
      ? `the identity lacks the role "${roleOf(right)}" or a higher one`
      : `the ${by === 'sas' ? 'SAS' : 'key'} does not permit it`;
  const { status = 'problem', detail } = lacking ?? {};
  return {
    status,
    detail: [`${missing}: ${error.message}`, detail].filter((part) => part !== undefined).join('; '),
    fix: by === 'identity' ? assignRoleCommand(right, account) : createSasCommand(right, account),
  };
}

export interface ProbedContainers {
  readonly isSourceListed: boolean;
  readonly source: ContainerName | undefined;
  readonly backup: ContainerName | undefined;
}

/**
 * Chooses the containers in which rights are tested: a mirrored one of the source; on the backup that of the state, if it
 * is there, or the copy of a mirrored one. Undefined if the account cannot be listed, which is a finding of its own.
 */
export async function chooseProbedContainers(
  { source, backup }: { readonly source: AccountProbe; readonly backup: AccountProbe },
  scope: Pick<Scope, 'includesContainer' | 'fromBackup'>,
  state: ContainerName | undefined,
): Promise<ProbedContainers> {
  const [onSource, onBackup] = await Promise.all([source, backup].map(listContainerNames));
  return {
    isSourceListed: onSource !== undefined,
    source: onSource?.find((name) => scope.includesContainer(name)),
    backup: state ?? onBackup?.find((name) => scope.fromBackup(name) !== undefined),
  };
}

async function listContainerNames(probe: AccountProbe): Promise<readonly ContainerName[] | undefined> {
  try {
    return (await probe.containers()).flatMap((name) => {
      try {
        return [parseContainerName(name)];
      } catch {
        // A system container such as $logs.
        return [];
      }
    });
  } catch {
    return undefined;
  }
}
