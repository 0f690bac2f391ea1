import { BlobmirrorError } from '../../src/model/errors.ts';
import type { EndRecord, KeptVersion, KeyHistory } from '../../src/model/history.ts';
import { type BlobPath, type ContainerName, keyText } from '../../src/model/key.ts';
import { splitStamp } from '../../src/model/stamp.ts';
import type { HistoryStore } from '../../src/ports/history-store.ts';
import { toBlobReading } from './memory-entry.ts';
import type { MemoryState, StoredVersion } from './memory-state.ts';
import type { Schedule } from './schedule.ts';

/** Records of the ends of versions, by the text of their key. */
export type EndRecords = Map<string, EndRecord[]>;

/** The history of a flat account in memory that keeps versions. */
export function createMemoryHistory(
  account: string,
  state: MemoryState,
  records: EndRecords,
  schedule: Schedule,
): HistoryStore {
  return {
    recordEnd: async (key, { etag, why }) =>
      await schedule(`${account}.recordEnd`, key, () => {
        if (state.versions === undefined)
          throw new BlobmirrorError('history-not-kept', `${account} keeps no versions`);
        const record = { etag, why, at: state.nextMoment() };
        records.set(keyText(key), [...(records.get(keyText(key)) ?? []), record]);
      }),
    listHistory: async function* (container, { prefix = '' } = {}) {
      yield await schedule(`${account}.listHistory`, undefined, () =>
        keptOf(state, records, container).filter(({ path }) => path.startsWith(prefix)),
      );
    },
  };
}

/** What is kept of the keys of a container, in the order of their names. */
export function keptOf(
  state: MemoryState,
  records: EndRecords,
  container: ContainerName,
): readonly KeyHistory[] {
  return [...(state.versions ?? [])]
    .filter(([name]) => name.startsWith(`${container}/`))
    .map(([name, versions]): KeyHistory => {
      const path = name.slice(container.length + 1) as BlobPath;
      const current = state.blob({ container, path })?.etag;
      return {
        path,
        versions: versions.map((version) => toKept(version, version.blob.etag === current)),
        records: records.get(name) ?? [],
      };
    })
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function toKept({ blob, writtenAt, createdAt }: StoredVersion, isCurrent: boolean): KeptVersion {
  const { etag, size, kind, unfinishedCopy, pendingCopy } = toBlobReading(blob);
  return {
    id: writtenAt.toISOString(),
    etag,
    writtenAt,
    createdAt,
    size,
    kind,
    stamp: splitStamp(blob.metadata ?? {}).stamp,
    isCurrent,
    isSoftDeleted: false,
    isUnfinished: unfinishedCopy !== undefined || pendingCopy !== undefined,
  };
}
