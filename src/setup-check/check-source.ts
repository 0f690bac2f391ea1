import type { Finding } from '../api/finding.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { AccountProbe } from '../ports/probes.ts';
import { tryRight } from './try-right.ts';

export interface SourceNeeds {
  /** Whether blob index tags are mirrored. */
  readonly tags: boolean;
  /** Whether an asynchronous copy may be made, which an identity signs for with a key that the service lends it. */
  readonly signs: boolean;
  /** The first container that is to be mirrored; undefined: none was found. */
  readonly sample: ContainerName | undefined;
}

/** Whether the source can be listed and read. It is not written to here. */
export async function checkSource(
  probe: AccountProbe,
  { tags, signs, sample }: SourceNeeds,
): Promise<readonly Finding[]> {
  const reached = await tryRight(
    probe,
    { check: 'source-list', right: 'read', able: 'it answers, and its containers can be listed' },
    async () => await probe.containers(),
  );
  if (reached.status !== 'ok') return [reached];
  if (sample === undefined) {
    const detail = 'it has no container that is mirrored, so that reading could not be tried';
    return [reached, { check: 'source-read', of: probe.account, status: 'unknown', detail }];
  }
  const findings = [
    reached,
    await tryRight(
      probe,
      { check: 'source-read', right: 'read', able: `blobs of ${sample} can be listed and read` },
      async () => await probe.read(sample),
    ),
  ];
  if (tags)
    findings.push(
      await tryRight(
        probe,
        { check: 'source-tags', right: 'read-tags', able: 'tags can be read' },
        async () => await probe.readTags(sample),
      ),
    );
  if (signs && probe.by === 'identity')
    findings.push(
      await tryRight(
        probe,
        { check: 'source-delegation', right: 'read', able: 'the identity may sign for asynchronous copies' },
        async () => await probe.delegate(),
      ),
    );
  return findings;
}

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
