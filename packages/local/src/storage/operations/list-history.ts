import type { Context } from '../../azurite/azurite-model.ts';
import type { ListedHistory } from '../../azurite/azurite-stores.ts';
import type { Blob } from '../../store/blob.ts';
import type { Row } from '../../store/database.ts';
import { LAST, type RowPlace } from '../../store/history-listing.ts';
import { afterPrefix, compareNames } from '../../store/listing.ts';
import { DAY_MS } from '../history-settings.ts';
import { type Stage, syncLease } from './find.ts';
import { fromMarker, toMarker } from './marker.ts';

export interface HistoryRequest extends ListedHistory {
  readonly account: string;
  readonly container: string;
  readonly delimiter: string | undefined;
  readonly prefix: string;
  readonly maxResults: number;
  readonly marker: string;
  readonly startFrom: string | undefined;
  readonly snapshots: boolean;
  readonly uncommitted: boolean;
}

type Page = [blobs: readonly Blob[], prefixes: readonly { readonly name: string }[], marker: string];

/** Sorts behind the times of snapshots and versions, and before the blob itself. */
const BEHIND_TIMES = '}';

/**
 * List Blobs of a flat account with versions or with what was deleted
 * (learn.microsoft.com/rest/api/storageservices/list-blobs). The rows of a name follow one another, its snapshots and
 * versions by their times, oldest first, the blob itself last; how Azure mixes snapshots and versions is inferred. A
 * deleted snapshot or version is listed with its like alone, which is inferred too.
 */
export function listHistory(stage: Stage, context: Context, request: HistoryRequest): Page {
  const { historyListing, former, containers } = stage.store;
  const { account, container, delimiter, prefix, maxResults } = request;
  const root = containers.root(account, container) ?? 0;
  const known = { accountName: account, containerName: container };
  const now = stage.history.now();
  const blobs: Blob[] = [];
  const prefixes: { name: string }[] = [];
  const start = startOf(context, request);
  let last = '';
  /** The name of the latest row, when it may be one with versions only. */
  let pending = start.at === '' || start.at === LAST ? undefined : start.name;

  const isFull = () => blobs.length + prefixes.length >= maxResults;
  const add = (blob: Blob, place: RowPlace): void => {
    blobs.push(blob);
    last = toMarker(place);
  };
  /** The entry of a name that has versions and no current one. False when the page is full. */
  const addVersionsOnly = (): boolean => {
    const name = pending;
    pending = undefined;
    if (name === undefined || !request.deletedWithVersions) return true;
    const latest = former.latestVersion({ parent: root, segment: name }, known, name, now);
    if (latest === undefined) return true;
    if (isFull()) return false;
    const { former: _former, version: _version, ...root_ } = latest;
    add({ ...root_, hasVersionsOnly: true }, { name, at: LAST });
    return true;
  };

  const rows = historyListing.rows(root, prefix, start, {
    snapshots: request.snapshots,
    versions: request.versions || request.deletedWithVersions,
    deleted: request.deleted || request.deletedWithVersions,
    now,
  });
  for (let next = rows.next(); next.done !== true;) {
    const { row, name, at } = next.value;
    if (name !== pending && !addVersionsOnly()) return [blobs, prefixes, last];
    const isVersion = at !== LAST && row[4] === '';
    const isWanted = isListed(row, isVersion, request);
    if (at === LAST && isWanted) pending = undefined;
    else if (isVersion) pending = name;

    const end = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
    if (delimiter !== undefined && end >= 0 && (isWanted || (isVersion && request.deletedWithVersions))) {
      if (isFull()) return [blobs, prefixes, last];
      pending = undefined;
      const common = name.slice(0, end + delimiter.length);
      prefixes.push({ name: common });
      const behind = afterPrefix(common);
      if (behind === undefined) return [blobs, prefixes, ''];
      last = toMarker({ from: behind });
      next = rows.next({ name: behind, at: '' });
    } else if (isWanted && end < 0) {
      if (isFull()) return [blobs, prefixes, last];
      add(toListed(context, stage.store.listing.toBlob(row, known, name), now), { name, at });
      next = rows.next();
    } else {
      // Only whether there are versions matters, not how many.
      const skipsVersions = isVersion && !request.versions && !request.snapshots;
      next = skipsVersions ? rows.next({ name, at: BEHIND_TIMES }) : rows.next();
    }
  }
  return addVersionsOnly() ? [blobs, prefixes, ''] : [blobs, prefixes, last];
}

function isListed(row: Row, isVersion: boolean, { uncommitted, versions, deleted }: HistoryRequest): boolean {
  if (row[3] === 'deleted') return deleted && (!isVersion || versions);
  if (isVersion) return versions;
  return row[6] === 1 || uncommitted;
}

/** With what only listings tell. Changes the blob. */
function toListed(context: Context, blob: Blob, now: number): Blob {
  const { deletedAt, expiresAt } = blob;
  if (blob.former === undefined && blob.snapshot === '') syncLease(blob, context);
  if (deletedAt !== undefined && expiresAt !== undefined) {
    blob.deleted = true;
    blob.properties.deletedTime = new Date(deletedAt);
    blob.properties.remainingRetentionDays = Math.floor((expiresAt - now) / DAY_MS);
  }
  return blob;
}

/** Where a page begins: behind the marker, and not before `startFrom`. */
function startOf(context: Context, { marker, startFrom = '' }: HistoryRequest): RowPlace {
  const { name, at, snapshot, from } = fromMarker(context, marker);
  const next = name === undefined ? { name: from ?? '', at: '' } : { name, at: at ?? snapshot ?? LAST };
  return compareNames(startFrom, next.name) > 0 ? { name: startFrom, at: '' } : next;
}
