import { toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { ContainerName } from '../model/key.ts';
import type { AccountProbe } from '../ports/account-probe.ts';
import { tryRight } from './to-finding.ts';

/** The canary is written to the source: the one container there that the mirror may write to, where it is switched on. */
export async function checkCanary(probe: AccountProbe, container: ContainerName): Promise<Finding> {
  const able = `the canary can be written to ${container}`;
  return await tryRight(
    probe,
    {
      check: 'source-canary',
      right: 'write',
      able,
      lacking: {
        status: 'problem',
        detail: `give the role on the container ${container} alone, or set BLOBMIRROR_CANARY=off`,
      },
    },
    async () => {
      try {
        await probe.write(container);
      } catch (thrown) {
        const { context } = toBlobmirrorError(thrown);
        if (context['service'] !== 'ContainerNotFound') throw thrown;
        await probe.makeContainer(container);
        await probe.write(container);
      }
    },
  );
}
