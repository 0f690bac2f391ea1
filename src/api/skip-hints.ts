import type { SkipReason } from '../model/verdict.ts';
import type { HoldReason } from '../model/watch.ts';

/** What the operator should do about a key that is left as it is. docs/errors.md is made from this table. */
export const SKIP_HINTS: Readonly<Record<SkipReason | HoldReason, string>> = {
  'source-archived':
    'The source blob is in the archive tier and cannot be read. Rehydrate it; the next full sync copies it.',
  'source-container-missing':
    'The source has no such container. That proves no deletion: delete the container of the backup yourself if it is no longer wanted.',
  'source-still-written':
    'The source blob is empty where the backup is not: most likely its writer is at work. The backup keeps what it has until there is content, or for an hour; the key is looked at again.',
  'source-copy-pending':
    'A copy onto the source blob is under way. It is looked at again when that may be over.',
  'source-still-changing':
    'The source blob changes without events. It was mirrored and is looked at again, after growing pauses and by each full sync.',
  'replica-of-the-backup':
    'The source blob was mirrored from the backup account, by a mirror of the other direction. Nothing is to be done.',
  'backup-of-another-source':
    'The backup blob was mirrored from another source. Give one of the two sources other container names on the backup.',
  'backup-foreign':
    'The backup blob was not made by Blobmirror, and the source has none. It stays. To let it go, delete it yourself, or run blobmirror reconcile --delete-foreign CONTAINER; BLOBMIRROR_FOREIGN=delete does so for all containers.',
  'backup-foreign-no-room':
    'The source has no such blob, and the metadata of the backup blob leaves no room for a stamp, so that nobody can tell whether Blobmirror made it. It stays. To let it go, delete it yourself, or run blobmirror reconcile --delete-foreign CONTAINER; BLOBMIRROR_FOREIGN=delete does so for all containers.',
  'directory-too-large':
    'The source lacks the directory, and more is below it on the backup than one look goes through. What is below goes key by key; the directory goes with the last of it.',
  'backup-foreign-below':
    'Below the directory there is something that was not made by Blobmirror. It stays. To let it go, delete it yourself, or run blobmirror reconcile --delete-foreign CONTAINER; BLOBMIRROR_FOREIGN=delete does so for all containers.',
  'backup-in-the-way':
    'The source has it, and on the backup something that was not made by Blobmirror stands in its place, above it or below it. Move or delete that yourself, or let it go: blobmirror reconcile --delete-foreign CONTAINER, or BLOBMIRROR_FOREIGN=delete.',
  'backup-versions-of-another-kind':
    'On an account that keeps versions a blob never changes its kind. The old version stays readable; delete the blob with all its versions to have the new one.',
  'backup-has-snapshots':
    'Users made snapshots of the backup blob, or below the directory, and a deletion would take them with it. Delete the snapshots; the next full sync deletes what is left. After soft delete was turned off on the account, deleted snapshots count too until they expire.',
  'backup-leased': 'Somebody holds a lease on the backup blob. Break it; the next full sync goes on.',
  'backup-immutable':
    'A policy or a legal hold forbids to change the backup blob. It is mirrored when that ends; the next full sync sees to it.',
  'deletes-are-kept': 'BLOBMIRROR_DELETES=keep keeps it. Nothing is to be done.',
  'access-not-permitted':
    'All but owner, group, permissions and access control list is mirrored. Give the mirror Storage Blob Data Owner on the backup, or set BLOBMIRROR_ACL=off.',
};

/** Empty for what is no such reason: a code of an error, or what a newer worker wrote. */
export function skipHintOf(reason: string): string {
  return Object.hasOwn(SKIP_HINTS, reason) ? SKIP_HINTS[reason as keyof typeof SKIP_HINTS] : '';
}
