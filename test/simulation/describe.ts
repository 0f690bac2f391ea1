import { type Key, keyText } from '../../src/model/key.ts';

/** A call of a worker, in words. */
export function describeCall({
  name,
  key,
}: {
  readonly name: string;
  readonly key: Key | undefined;
}): string {
  const [account = '', call = ''] = name.split('.');
  if (account === 'documents') return `${call === 'write' ? 'writes' : 'reads'} the record`;
  if (account === 'queue') return `${QUEUE_CALLS[call] ?? call} at the queue`;
  const side = account === 'sourceaccount' ? 'the source' : 'the backup';
  return `${CALLS[call] ?? call} ${side}${key === undefined ? '' : ` at ${keyText(key)}`}`;
}

/** Its result, in words, after a colon. */
export function describeAnswer(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return `: ${value.map(pathOf).join(', ') || 'nothing'}`;
  return `: ${JSON.stringify(value, (name, field: unknown) => (SHOWN.has(name) ? field : undefined))}`;
}

function pathOf(item: unknown): string {
  return typeof item === 'object' && item !== null && 'path' in item ? String(item.path) : String(item);
}

const QUEUE_CALLS: Readonly<Record<string, string>> = {
  complete: 'completes a message',
  abandon: 'gives a message back',
  sendLater: 'puts a message on the schedule',
  deadLetter: 'parks a message',
};

const CALLS: Readonly<Record<string, string>> = {
  read: 'reads',
  readContainer: 'reads the container of',
  'copy-read': 'begins to copy onto',
  copy: 'commits the copy onto',
  secure: 'secures the copy for',
  place: 'puts the secured copy in its place on',
  discard: 'removes the secured copy for',
  restamp: 'sets metadata on',
  delete: 'deletes from',
  recordEnd: 'records an end on',
  createContainer: 'makes the container on',
  listBlobs: 'lists',
  createDirectory: 'makes a directory on',
  setAccess: 'sets the access on',
  readRootAccess: 'reads the access of the root of',
  setRootAccess: 'sets the access of the root of',
  rename: 'renames on',
  removeEmptyDirectory: 'removes, if it is empty, a directory from',
  moveToTrash: 'moves a directory to the trash of',
  deleteTrashed: 'deletes what is in the trash of',
  emptyTrash: 'empties the trash of',
};

/** The fields of an answer that matter to a reader. The empty name is the answer itself. */
const SHOWN: ReadonlySet<string> = new Set([
  '',
  'present',
  'container',
  'etag',
  'kind',
  'content',
  'stamp',
  'messageId',
]);
