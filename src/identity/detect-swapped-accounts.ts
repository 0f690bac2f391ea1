import { within } from '../concurrency/deadline.ts';
import { forEachLimited } from '../concurrency/limiter.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import { pairPrefix } from '../model/mirror-id.ts';
import { REGISTRY } from './registration.ts';
import type { Scope } from '../model/scope.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { DocumentStore } from '../ports/document-store.ts';

export interface SwapDetectionParts {
  readonly source: Pick<BlobReader, 'account' | 'listContainers' | 'listBlobs'>;
  /** The backup account's name. */
  readonly backup: string;
  readonly scope: Pick<Scope, 'prefixes'>;
  /**
   * Where mirrors may be registered: the state of the settings, and the container of the same name in the
   * source.
   */
  readonly registries: readonly Pick<DocumentStore, 'list'>[];
  /** The container of canaries, checked first: on a backup it has a blob with a stamp. */
  readonly canaries: ContainerName | undefined;
  /** Time limit of the detection, in milliseconds. */
  readonly withinMs: number;
}

/** `clear`: no evidence of a swap. `unknown`: a check failed, and the others found no evidence. */
export type SwapDetection =
  | { readonly kind: 'clear'; readonly blobs: number }
  | { readonly kind: 'swapped'; readonly evidence: string }
  | { readonly kind: 'unknown'; readonly error: BlobmirrorError };

const MAX_CONTAINERS = 24;
const CONCURRENCY = 6;
const PAGE_SIZE = 500;
/** A page may be short, or empty, though the listing goes on. */
const MAX_PAGES = 2;

/**
 * Detects whether the source is the backup of a mirror in the other direction, by a bounded number of reads:
 * such a mirror is registered, or blobs of the source carry stamps that name the configured backup as their
 * source. A failed check proves nothing.
 */
export async function detectSwappedAccounts(parts: SwapDetectionParts): Promise<SwapDetection> {
  const late = new AbortController();
  try {
    return await within(parts.withinMs, detect(parts, late.signal), () => toLateError(parts));
  } catch (thrown) {
    return { kind: 'unknown', error: toBlobmirrorError(thrown) };
  } finally {
    late.abort();
  }
}

async function detect(parts: SwapDetectionParts, late: AbortSignal): Promise<SwapDetection> {
  const failures: BlobmirrorError[] = [];
  const fail = (thrown: unknown): void => void failures.push(toBlobmirrorError(thrown));
  for (const registry of parts.registries) {
    const reverse = await findReverse(registry, parts).catch((thrown: unknown) => {
      // An identity without rights there keeps its state elsewhere.
      if (toBlobmirrorError(thrown).code !== 'storage-forbidden') fail(thrown);
      return undefined;
    });
    if (reverse !== undefined) return { kind: 'swapped', evidence: `the mirror ${reverse} is registered` };
  }

  let blobs = 0;
  let evidence: string | undefined;
  const search = async (container: ContainerName): Promise<void> => {
    try {
      for await (const { path, stamp } of listSome(parts, container)) {
        blobs++;
        if (stamp?.account !== parts.backup) continue;
        evidence ??= `${container}/${path} at the source was made from a blob of the backup`;
        return;
      }
    } catch (thrown) {
      fail(thrown);
    }
  };
  const containers = (await chooseContainers(parts).catch(fail)) ?? [];
  await forEachLimited(containers, CONCURRENCY, search, () => evidence !== undefined || late.aborted);
  if (evidence !== undefined) return { kind: 'swapped', evidence };
  const [error] = failures;
  return error === undefined ? { kind: 'clear', blobs } : { kind: 'unknown', error };
}

/** The registration of a mirror from the backup to the source. */
async function findReverse(
  registry: Pick<DocumentStore, 'list'>,
  { source, backup }: SwapDetectionParts,
): Promise<string | undefined> {
  for await (const [name] of registry.list(`${REGISTRY}${pairPrefix(backup, source.account)}`))
    if (name !== undefined) return name.slice(REGISTRY.length);
  return undefined;
}

/** Some mirrored containers, spread over the listing, since neighbours often have one origin. */
async function chooseContainers({
  source,
  scope,
  canaries,
}: SwapDetectionParts): Promise<readonly ContainerName[]> {
  const mirrored: ContainerName[] = [];
  for await (const page of source.listContainers()) {
    for (const name of page)
      if (name !== canaries && scope.prefixes({ container: name, path: '' }).length > 0) mirrored.push(name);
    break;
  }
  const step = Math.max(1, mirrored.length / MAX_CONTAINERS);
  const chosen = new Set<ContainerName>(canaries === undefined ? [] : [canaries]);
  for (let at = 0; at < mirrored.length; at += step) {
    const name = mirrored[Math.floor(at)];
    if (name !== undefined) chosen.add(name);
  }
  return [...chosen];
}

async function* listSome({ source, scope }: SwapDetectionParts, container: ContainerName) {
  const [first = { path: '' }] = scope.prefixes({ container, path: '' });
  let pages = 0;
  for await (const page of source.listBlobs(container, { prefix: first.path, pageSize: PAGE_SIZE })) {
    yield* page.entries;
    if (++pages === MAX_PAGES) return;
  }
}

function toLateError({ source, withinMs }: SwapDetectionParts): BlobmirrorError {
  return new BlobmirrorError(
    'storage-unavailable',
    `${source.account} could not be read within ${withinMs / 1000} s`,
    { context: { account: source.account, operation: 'read' } },
  );
}
