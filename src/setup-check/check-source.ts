import type { Finding } from '../api/finding.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { AccountProbe } from '../ports/probes.ts';
import { tryRight } from './try-right.ts';

export interface SourceNeeds {
  /** Whether blob index tags are mirrored. */
  readonly tags: boolean;
  /** Whether asynchronous copies are made, which an identity signs with a user delegation key. */
  readonly signs: boolean;
  /** The first mirrored container; undefined: none was found. */
  readonly sample: ContainerName | undefined;
}

/** Checks that the source can be listed and read, without a write to it. */
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
    const detail = 'it has no container that is mirrored, so reading could not be tested';
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
        { check: 'source-delegation', right: 'read', able: 'the identity can sign asynchronous copies' },
        async () => await probe.delegate(),
      ),
    );
  return findings;
}

/** Checks that the canary can be written: its container is the only one of the source that the mirror writes to. */
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
        detail: `assign the role on the container ${container} alone, or set BLOBMIRROR_CANARY=off`,
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
