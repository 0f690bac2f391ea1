/**
 * The ways to make the backup's blob from the source's, one to a file, behind one type; choose-engine.ts says which is
 * taken when. Every byte that an engine writes was read under the source's ETag, and every blob that it makes appears
 * under the condition on the backup. No engine leaves a blob that carries a stamp before its content is whole, and none
 * holds a blob in memory.
 */
import type { CopyOutcome, CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import type { DirectoryStore } from '../../ports/directory-store.ts';
import type { Account } from '../connect-account.ts';
import type { CopySources } from '../copy-source.ts';
import type { CopyOptions } from './copy-options.ts';
import type { TierSupport } from './tier-support.ts';
import type { TimeBudget } from './time-budget.ts';

/**
 * Makes the backup's blob from the source's: whole or not at all, under `request.condition` on the backup and under
 * `request.source.etag` on the source, with exactly the metadata, tags and tier of the request. What does not fit the
 * budget ends `unfinished`, and the same request goes on where it was.
 */
export type CopyEngine = (request: CopyRequest, budget: TimeBudget) => Promise<CopyOutcome>;

/** What becomes of a copy, when it is plain which engine makes it. */
export type CopyResult = WriteOutcome | { readonly outcome: 'unfinished' };

/** A way to copy blobs of one kind. */
export type CopyBlob = (request: CopyRequest, budget: TimeBudget) => Promise<CopyResult>;

/** What engines are made from. */
export interface CopySetup {
  readonly backup: Account;
  readonly source: Account;
  readonly copySources: CopySources;
  readonly directories: DirectoryStore;
  readonly tiers: TierSupport;
  readonly options: CopyOptions;
}
