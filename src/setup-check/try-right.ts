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

/** A right on an account, as a request proves it. */
export interface RequiredRight {
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

/** Who is not who it says it is, whatever it asks for. */
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
      detail: `${what} is wrong, or no longer valid: ${error.message}`,
      fix: by === 'key' ? showConnectionCommand(account) : createSasCommand(right, account),
    };
  }
  if (service === 'AuthorizationFailure' && by === 'key')
    return {
      status: 'problem',
      detail: `the account refuses the key, or its firewall refuses the caller: ${error.message}`,
      fix: showAccountCommand(account),
    };
  const missing =
    by === 'identity'
      ? `the identity lacks the role "${roleOf(right)}" or one that has more`
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
 * Where rights are tried: a container that is mirrored, and on the backup that of the state, where it is there, or an
 * image of one that is mirrored. Who may not list has told so in a finding, and has no sample.
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
        // One of the service's own.
        return [];
      }
    });
  } catch {
    return undefined;
  }
}
