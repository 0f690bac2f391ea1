import { ERRORS, type ErrorCode } from '../model/errors.ts';
import type { ExtraReason } from '../model/unprotected.ts';
import type { SkipReason } from '../model/verdict.ts';
import type { HoldReason } from '../model/watch.ts';

/** What the operator should do about a key that was skipped. docs/errors.md is generated from this table. */
export const SKIP_HINTS: Readonly<Record<SkipReason | HoldReason | ExtraReason, string>> = {
  'source-archived':
    'The source blob is in the archive tier and cannot be read. Rehydrate it; it is copied within an hour, or by the next full sync.',
  'source-container-missing':
    'The source has no such container. This does not prove a deletion: delete the container on the backup yourself if you no longer want it.',
  'source-still-written':
    'The source blob is empty, the backup blob is not: most likely it is being written. The backup blob stays until the source has content, or for an hour; the key is checked again.',
  'source-copy-pending': 'A copy onto the source blob is under way. The key is checked again after it.',
  'source-still-changing':
    'The source blob changes without events. It was mirrored, and is checked again after growing pauses and by each full sync.',
  'replica-of-the-backup':
    'The source blob was mirrored from the backup account, by a mirror in the other direction. Nothing to do.',
  'replica-not-on-backup':
    'The source blob bears the mark of the backup account, which does not have that version: for example, it is a copy of a mirrored blob under another name. It is not mirrored. Remove the metadata "blobmirror" from the source blob.',
  'rename-incomplete':
    'The source has renamed it, and the new name is not mirrored yet. The old name stays on the backup, since it may be the only copy. A full sync deletes it when the new name is mirrored.',
  'out-of-scope-here':
    'A worker whose settings leave this key out dropped an event of it, while another worker mirrors it. Give all workers the same settings; the next full sync checks the key.',
  'backup-of-another-source':
    'The backup blob was mirrored from another source. Map the containers of one of the two sources to other names on the backup.',
  'backup-foreign':
    'The backup blob was not made by Blobmirror, and the source has none. It stays. To remove it, delete it yourself, or run blobmirror reconcile --delete-foreign CONTAINER; BLOBMIRROR_FOREIGN=delete does so for all containers.',
  'backup-foreign-no-room':
    'The source has no such blob, and the metadata of the backup blob leaves no room for a stamp, so it is not known whether Blobmirror made it. It stays. To remove it, delete it yourself, or run blobmirror reconcile --delete-foreign CONTAINER; BLOBMIRROR_FOREIGN=delete does so for all containers.',
  'directory-too-large':
    'The source lacks the directory, which holds more on the backup than one check handles. Its content is deleted key by key, and the directory after it.',
  'backup-foreign-below':
    'The directory contains something that Blobmirror did not make. It stays. To remove it, delete it yourself, or run blobmirror reconcile --delete-foreign CONTAINER; BLOBMIRROR_FOREIGN=delete does so for all containers.',
  'backup-in-the-way':
    'On the backup, something that Blobmirror did not make occupies this path, a path above it or one below it. Move or delete it yourself, or let Blobmirror delete it: blobmirror reconcile --delete-foreign CONTAINER, or BLOBMIRROR_FOREIGN=delete.',
  'backup-versions-of-another-kind':
    'An account with versioning never changes the type of a blob. The old version stays readable; to mirror the new one, delete the backup blob with all its versions.',
  'backup-has-snapshots':
    'Users made snapshots of the backup blob, or below the directory; a deletion would delete them, too. Delete the snapshots; the rest is deleted within an hour, or by the next full sync. After soft delete was turned off on the account, deleted snapshots count too until they expire.',
  'backup-leased':
    'The backup blob is leased. Break the lease; it is mirrored within an hour, or by the next full sync.',
  'backup-immutable':
    'An immutability policy or a legal hold protects the backup blob. It is mirrored within an hour after that ends, or by the next full sync.',
  'deletes-are-kept': 'BLOBMIRROR_DELETES=keep keeps it. Nothing to do.',
  'access-not-permitted':
    'Everything except owner, group, permissions and access control list is mirrored. Give the mirror Storage Blob Data Owner on the backup, or set BLOBMIRROR_ACL=off.',
};

/** More than these would bury the command. */
const NAMED = 5;

/**
 * Empty for anything else: an error code, or a reason of a newer release.
 *
 * @param containers those of the keys, for the command in the hint; none: unknown
 */
export function skipHintOf(reason: string, containers: Iterable<string> = []): string {
  if (!Object.hasOwn(SKIP_HINTS, reason)) return '';
  const hint = SKIP_HINTS[reason as keyof typeof SKIP_HINTS];
  const names = [...new Set(containers)];
  return names.length === 0 || names.length > NAMED
    ? hint
    : hint.replaceAll(/\bCONTAINER\b/g, names.join(' '));
}

/** Of a reason of a skip or an error code; empty for a reason of a newer release. */
export function reasonHintOf(reason: string, containers: Iterable<string> = []): string {
  return (
    skipHintOf(reason, containers) || (Object.hasOwn(ERRORS, reason) ? ERRORS[reason as ErrorCode].hint : '')
  );
}
