/** How copies are made. Sizes are in bytes. */
export interface CopyOptions {
  /**
   * `server`: the backup account fetches by itself, whatever the blob. `copy-blob`: the same by asynchronous copies only.
   * `streamed`: all bytes pass through this process. `auto`: `server`, and streamed where the service has no such
   * operation.
   */
  readonly engine: 'auto' | 'server' | 'copy-blob' | 'streamed';
  /** `service`: the checksums that the service itself computes. `full`: both sides are read back and compared as well. */
  readonly verify: 'service' | 'full';
  /** After this long, in milliseconds, a call begins nothing new and answers `unfinished`. */
  readonly budgetMs: number;
  /** How long after the budget the requests that still run are cut off, in milliseconds. */
  readonly graceMs: number;
  /** The largest blob that one Put Blob From URL copies. Longer ones might not fit the budget. */
  readonly largestInOneRequest: number;
  /** Blocks that the service fetches. They grow with the blob: there are never more than 50,000. */
  readonly serverBlock: BlockOptions;
  /** Blocks that pass through the process: `size * atOnce` is what is held in memory. */
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
  budgetMs: 240_000,
  graceMs: 30_000,
  largestInOneRequest: 256 * MIB,
  serverBlock: { size: 32 * MIB, atOnce: 8 },
  streamedBlock: { size: 8 * MIB, atOnce: 4 },
};
