/**
 * - `in-use`: another process has the database open
 * - `not-writable`: the file or its disk takes no writes
 * - `damaged`: SQLite finds the file inconsistent
 * - `foreign`: the file is not a database of this store
 * - `newer`: a newer release wrote it
 * - `no-room`: the disk is full, or a limit of the size is reached
 */
export type StoreErrorCode = 'in-use' | 'not-writable' | 'damaged' | 'foreign' | 'newer' | 'no-room';

/** The database of the store cannot be used. The message says what is wrong with which file, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const advice: Readonly<Record<StoreErrorCode, string>> = {
  'in-use': 'another process has it open; it should be ended, or this one should get a folder of its own',
  'not-writable': 'it cannot be written; the file and its folder should be writable for this user',
  damaged:
    'it is damaged; it should be replaced by a copy of the folder, or the folder be deleted to start empty',
  foreign: 'it is not a database of this environment; the folder should be another one, or empty',
  newer: 'a newer release wrote it; that release should be used, or another folder',
  'no-room': 'the disk takes no more; there should be room on it',
};

export function storeError(code: StoreErrorCode, file: string, cause?: unknown): StoreError {
  const detail = cause instanceof Error ? ` (${cause.message})` : '';
  return new StoreError(code, `the database ${file}: ${advice[code]}${detail}`, { cause });
}

/** By SQLite's primary result codes (sqlite.org/rescode.html). */
const codes = new Map<number, StoreErrorCode>([
  [5, 'in-use'],
  [6, 'in-use'],
  [3, 'not-writable'],
  [8, 'not-writable'],
  [10, 'not-writable'],
  [14, 'not-writable'],
  [11, 'damaged'],
  [26, 'foreign'],
  [13, 'no-room'],
]);

/** An error of SQLite as one of the store; any other error unchanged. */
export function toStoreError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const code = codes.get(Number(error.errcode) & 0xff);
  return code === undefined ? error : storeError(code, file, error);
}
