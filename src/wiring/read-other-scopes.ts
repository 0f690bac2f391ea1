import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../config/settings.ts';
import { type Scope, createScope } from '../model/scope.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { AboutWorker } from '../status/activity/keep-activity.ts';

/** While workers of a mirror have different settings. */
interface OtherScopes {
  readonly scopes: readonly Scope[];
  /** A worker of an older release does not tell its scope. */
  readonly hasUnknown: boolean;
}

/**
 * The scopes of the workers of this mirror that are at work and have another than this one.
 *
 * @throws BlobmirrorError any storage code
 */
export async function readOtherScopes(
  settings: Pick<Settings, 'source' | 'scope'>,
  documents: DocumentStore,
  now: Date,
): Promise<OtherScopes> {
  const [{ readActivity }, { currentWorkers }] = await Promise.all([
    import('../status/activity/read-activity.ts'),
    import('../status/judge-workers.ts'),
  ]);
  // As it is told, without members that JSON leaves out.
  const own = JSON.parse(JSON.stringify(scopeOf(settings))) as unknown;
  const { workers } = await readActivity(documents, now);
  const told = currentWorkers(workers, now).map(({ scope }) => scope);
  return {
    scopes: told.flatMap((scope) =>
      scope === undefined || isDeepStrictEqual(scope, own)
        ? []
        : createScope(settings.source.accountName, { ...settings.scope, ...scope }),
    ),
    hasUnknown: told.includes(undefined),
  };
}

/** What this worker tells of its scope. */
export function scopeOf({
  scope: { containers, paths, patterns },
}: Pick<Settings, 'scope'>): NonNullable<AboutWorker['scope']> {
  const plain = <Rule>({
    include,
    exclude,
  }: {
    readonly include: readonly Rule[];
    readonly exclude: readonly Rule[];
  }) => ({
    include: [...include],
    exclude: [...exclude],
  });
  return { containers: plain(containers), paths: plain(paths), patterns: plain(patterns) };
}
