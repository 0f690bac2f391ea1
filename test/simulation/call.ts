import type { Key } from '../../src/model/key.ts';

/** A request of a worker that its service has not answered yet. */
export interface Call {
  readonly life: Life;
  /** Which of the calls of its life it is. */
  readonly number: number;
  /** How much its life had seen when it was made. */
  readonly seenBefore: number;
  /** The name in the ports in memory: `backupaccount.copy`. */
  readonly name: string;
  readonly key: Key | undefined;
  /** Whether its worker may as well make it later, if it is a write: see `Life.isAhead`. */
  readonly mayBeginLater: boolean;
  readonly effect: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The life of a worker from its start to a crash. No call of an ended life is ever answered. */
export interface Life {
  readonly worker: string;
  over: boolean;
  /** It meets no further fault. */
  spared: boolean;
  /** The messages and answers that it got, in their order: all that it knows. Only where they are asked for. */
  readonly seen?: string[];
  /** How many calls it made. */
  calls: number;
  /** Whether the answer that it goes on with might have come later just as well: so might what it does next. */
  isAhead?: boolean;
}

const WRITES: ReadonlySet<string> = new Set(
  [
    'copy',
    'secure',
    'place',
    'discard',
    'restamp',
    'setTier',
    'setTags',
    'delete',
    'recordEnd',
    'createContainer',
    'createDirectory',
    'setAccess',
    'rename',
    'removeEmptyDirectory',
    'moveToTrash',
    'deleteTrashed',
    'emptyTrash',
  ].map((call) => `backupaccount.${call}`),
);

/** Whether the call changes the backup by itself. */
export function isWrite({ name }: Pick<Call, 'name'>): boolean {
  return WRITES.has(name);
}

/** Whether the service may still work on it: a copy, after its first stage. */
export function isUnderWay(call: Call): boolean {
  return isWrite(call) || call.name === 'backupaccount.copy-read';
}

/** Whether the call commits a copy. */
export function isCopy({ name }: Call): boolean {
  return name === 'backupaccount.copy';
}

/** Whether the call completes or gives back its message. */
export function isSettling({ name }: Call): boolean {
  return name === 'queue.complete' || name === 'queue.abandon';
}

export function isOfQueue({ name }: Call): boolean {
  return name.startsWith('queue.');
}
