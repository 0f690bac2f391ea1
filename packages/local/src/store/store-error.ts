/**
 * - `in-use`: another process has the database open
 * - `not-writable`: the file or its folder cannot be written by this user
 * - `damaged`: SQLite finds the file inconsistent
 * - `foreign`: the file is not a database of this store
 * - `newer`: a newer release wrote it
 * - `incomplete`: there are contents and no database
 * - `former`: the data of a former release cannot be read
 * - `other-kind`: it holds accounts of the other kind
 * - `disk`: the disk is full or fails
 */
export type StoreErrorCode =
  | 'in-use'
  | 'not-writable'
  | 'damaged'
  | 'foreign'
  | 'newer'
  | 'incomplete'
  | 'former'
  | 'other-kind'
  | 'disk';

/** The store cannot be used, or not written. The message says what is wrong with which file, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function isStoreError(error: unknown): error is StoreError {
  return error instanceof StoreError;
}

const advice: Readonly<Record<StoreErrorCode, string>> = {
  'in-use': 'is open in another process; that one should be ended, or this one get a folder of its own',
  'not-writable': 'cannot be written; it and its folder should be writable for this user',
  damaged:
    'is damaged; it should be replaced by a copy of its folder, or the folder be deleted to start empty',
  foreign: 'is not a database of this environment; the folder should be another one, or empty',
  newer: 'was written by a newer release; that release should be used, or another folder',
  incomplete:
    'is missing or empty beside contents; it should be put back, or the folder be deleted to start empty',
  former:
    'is of a former release and cannot be read; that release should be used to copy its blobs elsewhere, or the folder be deleted to start empty',
  'other-kind': 'holds accounts of the other kind; hierarchical should be changed, or another folder be used',
  disk: 'cannot be written; the disk should have room and be in order',
};

/** The line names the file and says what to do. */
export function storeError(code: StoreErrorCode, file: string, cause?: unknown): StoreError {
  // One line, whatever a library says.
  const detail = cause instanceof Error ? ` (${cause.message.split('\n', 1)[0]})` : '';
  return new StoreError(code, `${file} ${advice[code]}${detail}`, { cause });
}

/** By SQLite's primary result codes (sqlite.org/rescode.html). */
const codes = new Map<number, StoreErrorCode>([
  [5, 'in-use'],
  [6, 'in-use'],
  [3, 'not-writable'],
  [8, 'not-writable'],
  [14, 'not-writable'],
  [10, 'disk'],
  [13, 'disk'],
  [11, 'damaged'],
  [26, 'foreign'],
]);

/** An error of SQLite as one of the store; any other error unchanged. */
export function fromSqlite(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const code = codes.get(Number(error.errcode) & 0xff);
  return code === undefined ? error : storeError(code, file, error);
}

const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS'];
const OF_DISK = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EMFILE', 'ENFILE'];

/** An error of writing a file as one of the store; any other error unchanged. */
export function fromFileSystem(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  if (NOT_WRITABLE.includes(code)) return storeError('not-writable', file, error);
  return OF_DISK.includes(code) ? storeError('disk', file, error) : error;
}
