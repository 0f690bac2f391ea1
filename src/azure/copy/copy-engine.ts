import type { Account } from '../account/connect-account.ts';
import type { CopySources } from './copy-source.ts';
import type { TierSupport } from './judge-copy.ts';
import { TIME_BUDGETS } from '../../concurrency/time-budget.ts';
import { type TimeBudget } from '../../concurrency/deadline.ts';
import type { CopyOutcome, CopyRequest } from '../../ports/backup-store.ts';
import type { DirectoryStore } from '../../ports/directory-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';

/**
 * The ways to make the backup's blob from the source's, one per file, behind one type; choose-engine.ts
 * chooses among them. Every byte that an engine writes was read under the source's ETag, and every blob that
 * it makes appears under the condition on the backup. No engine leaves a blob with a stamp before its content
 * is complete, and none holds a whole blob in memory.
 */

/**
 * Makes the backup's blob from the source's: whole or not at all, under `request.condition` on the backup and
 * under `request.source.etag` on the source, with exactly the metadata, tags and tier of the request. A copy
 * that does not fit the budget ends `unfinished`, and the same request continues it.
 */
export type CopyEngine = (request: CopyRequest, budget: TimeBudget) => Promise<CopyOutcome>;

/** Makes a copy once its engine is chosen. */
export type CopyResult = WriteOutcome | { readonly kind: 'unfinished' };

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

/** How copies are made. Sizes are in bytes. */
export interface CopyOptions {
  /**
   * `server`: the backup account fetches every blob by itself. `copy-blob`: the same, by asynchronous copies
   * only. `streamed`: all bytes pass through this process. `auto`: `server`, and streamed where the service
   * has no such operation.
   */
  readonly engine: 'auto' | 'server' | 'copy-blob' | 'streamed';
  /**
   * `service`: the checksums that the service itself computes. `full`: both sides are read back and compared
   * as well.
   */
  readonly verify: 'service' | 'full';
  /** After this long, in milliseconds, a call begins nothing new and answers `unfinished`. */
  readonly budgetMs: number;
  /** How long after the budget the requests that still run are cut off, in milliseconds. */
  readonly graceMs: number;
  /** The largest blob that one Put Blob From URL copies. Longer ones might not fit the budget. */
  readonly largestInOneRequest: number;
  /** Blocks that the service fetches. Their size grows with the blob: there are never more than 50,000. */
  readonly serverBlock: BlockOptions;
  /** Blocks that pass through the process: `size * atOnce` bytes are held in memory. */
  readonly streamedBlock: BlockOptions;
}

export interface BlockOptions {
  readonly size: number;
  readonly atOnce: number;
}

const MIB = 1024 * 1024;

/** The budget and its grace fit the five minutes that Azure Functions gives on a Consumption plan. */
export const COPY_DEFAULTS: CopyOptions = {
  engine: 'auto',
  verify: 'service',
  budgetMs: TIME_BUDGETS.copy,
  graceMs: TIME_BUDGETS.copyGrace,
  largestInOneRequest: 256 * MIB,
  serverBlock: { size: 32 * MIB, atOnce: 8 },
  streamedBlock: { size: 8 * MIB, atOnce: 4 },
};
