import { type ContainerName, parseContainerName } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { AccountProbe } from '../ports/account-probe.ts';

export interface Samples {
  readonly isSourceListed: boolean;
  readonly source: ContainerName | undefined;
  readonly backup: ContainerName | undefined;
}

/**
 * Where rights are tried: a container that is mirrored, and on the backup that of the state, where it is there, or an
 * image of one that is mirrored. Who may not list has told so in a finding, and has no sample.
 */
export async function chooseSamples(
  { source, backup }: { readonly source: AccountProbe; readonly backup: AccountProbe },
  scope: Pick<Scope, 'includesContainer' | 'fromBackup'>,
  state: ContainerName | undefined,
): Promise<Samples> {
  const [onSource, onBackup] = await Promise.all([source, backup].map(list));
  return {
    isSourceListed: onSource !== undefined,
    source: onSource?.find((name) => scope.includesContainer(name)),
    backup: state ?? onBackup?.find((name) => scope.fromBackup(name) !== undefined),
  };
}

async function list(probe: AccountProbe): Promise<readonly ContainerName[] | undefined> {
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
