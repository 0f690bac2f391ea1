import type { Context } from '../../azurite/azurite-model.ts';
import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import { tagQueries, toBlobTags } from '../../azurite/azurite.ts';
import { unsupported } from '../../requests/unsupported-requests.ts';
import type { StoredBlob } from '../../store/blob.ts';
import type { Row } from '../../store/database.ts';
import { type Start, afterPrefix, compareNames } from '../../store/listing.ts';
import { type Stage, checkContainer, syncLease } from './find.ts';
import { listHistory } from './list-history.ts';
import { fromMarker, toMarker } from './marker.ts';

const LONGEST_PAGE = 5000;

type ListOperations = Pick<MetadataStore, 'listBlobs' | 'filterBlobs'>;

/** Listings of flat accounts, and the search by tags. */
export function listOperations(stage: Stage): ListOperations {
  const { listing, containers } = stage.store;

  return {
    async listBlobs(context, account, container, delimiter, _blob, prefix = '', ...rest) {
      const [maxResults = LONGEST_PAGE, marker = '', withSnapshots = false, uncommitted = false, ...more] =
        rest;
      const [startFrom, history] = more;
      const showOnly = context.request.getQuery('showonly');
      // Hierarchical accounts alone have it.
      if (showOnly !== undefined) throw unsupported(context, 'query parameter', 'showonly', showOnly);
      checkContainer(stage, context, account, container);
      if (history?.versions === true || history?.deleted === true || history?.deletedWithVersions === true)
        return await Promise.resolve(
          listHistory(stage, context, {
            ...history,
            account,
            container,
            delimiter,
            prefix,
            maxResults,
            marker,
            startFrom,
            uncommitted,
            snapshots: withSnapshots,
          }),
        );
      const root = containers.root(account, container) ?? 0;
      const start = startOf(context, marker, startFrom);
      const known = { accountName: account, containerName: container };
      const blobs: StoredBlob[] = [];
      const prefixes: { name: string }[] = [];

      const rows = listing.rows(root, prefix, start, withSnapshots);
      let last = '';
      let skip = start.snapshot;
      for (let next = rows.next(); next.done !== true;) {
        const row = next.value;
        const name = nameOf(row);
        const snapshot = String(row[4]);
        // A page may have ended between the snapshots of a blob: the blob itself comes after them.
        const isBefore = skip !== undefined && name === start.name && snapshot !== '' && snapshot <= skip;
        if (isBefore || (!uncommitted && row[6] !== 1)) {
          next = rows.next();
          continue;
        }
        skip = name === start.name ? skip : undefined;
        if (blobs.length + prefixes.length >= maxResults)
          return await Promise.resolve([blobs, prefixes, last]);
        const end = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
        if (delimiter === undefined || end < 0) {
          const blob = listing.toBlob(row, known, name);
          if (snapshot === '') syncLease(blob, context);
          blobs.push(blob);
          last = toMarker(snapshot === '' ? { name } : { name, snapshot });
          next = rows.next();
        } else {
          const common = name.slice(0, end + delimiter.length);
          prefixes.push({ name: common });
          const behind = afterPrefix(common);
          if (behind === undefined) break;
          last = toMarker({ from: behind });
          next = rows.next(behind);
        }
      }
      return await Promise.resolve([blobs, prefixes, '']);
    },
    async filterBlobs(context, account, container, where, maxResults = LONGEST_PAGE, marker = '') {
      if (container !== undefined) checkContainer(stage, context, account, container);
      const matches = tagQueries.generateQueryBlobWithTagsWhereFunction(context, where);
      const found: { name: string; containerName: string; tags: object }[] = [];
      const start = fromMarker(context, marker);
      const names =
        container === undefined
          ? containers.list(account, '', '', Number.MAX_SAFE_INTEGER).map(({ name }) => name)
          : [container];
      for (const containerName of names) {
        const isFirst = containerName === start.container;
        if (start.container !== undefined && compareNames(containerName, start.container) < 0) continue;
        const from = isFirst ? { name: start.name ?? '', isIncluded: false } : { name: '', isIncluded: true };
        const root = containers.root(account, containerName) ?? 0;
        for (const row of listing.rows(root, '', from)) {
          if (row[24] === null) continue;
          const name = nameOf(row);
          const { blobTags } = listing.toBlob(row, { accountName: account, containerName }, name);
          const met = matches({ containerName, ...(blobTags && { tags: blobTags }) });
          if (met.length === 0) continue;
          const before = found.at(-1);
          if (found.length >= maxResults && before !== undefined)
            return await Promise.resolve([
              found,
              toMarker({ container: before.containerName, name: before.name }),
            ]);
          found.push({ name, containerName, tags: { blobTagSet: toBlobTags(met) } });
        }
      }
      return await Promise.resolve([found, '']);
    },
  };
}

/** Where a page begins: behind the marker, and not before `startFrom`. */
function startOf(
  context: Context,
  marker: string,
  startFrom: string | undefined,
): Start & { readonly snapshot?: string | undefined } {
  const { name, from, at, snapshot = at } = fromMarker(context, marker);
  const first = { name: startFrom ?? '', isIncluded: true };
  const next =
    name === undefined
      ? { name: from ?? '', isIncluded: true }
      : { name, isIncluded: snapshot !== undefined, snapshot };
  return compareNames(first.name, next.name) > 0 ? first : next;
}

function nameOf(row: Row): string {
  return String(row[2]);
}
