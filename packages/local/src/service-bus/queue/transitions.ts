/** The states of a message. A dead-lettered message has the same states, in the dead-letter queue. */
export type MessageState = 'scheduled' | 'active' | 'locked' | 'deferred' | 'deferred-locked';

/** The events of a message. */
export type Step =
  | 'activate' // its scheduled time is reached
  | 'cancel' // a scheduled message is cancelled
  | 'expire' // its time to live is over
  | 'lock' // delivered under peek-lock
  | 'take' // delivered under receive-and-delete
  | 'complete'
  | 'release' // returned uncounted
  | 'abandon'
  | 'lose-lock' // the lock expired
  | 'defer'
  | 'dead-letter';

/**
 * `rest`: back to its state before the lock. `retry`: the same with a higher delivery count, or to the
 * dead-letter queue after its last delivery.
 */
type Destination = MessageState | 'rest' | 'retry' | 'expired' | 'dead-letter' | 'removed' | 'refused';

type Row = Readonly<Record<Step, Destination>>;

const refuseAll: Row = {
  activate: 'refused',
  cancel: 'refused',
  expire: 'refused',
  lock: 'refused',
  take: 'refused',
  complete: 'refused',
  release: 'refused',
  abandon: 'refused',
  'lose-lock': 'refused',
  defer: 'refused',
  'dead-letter': 'refused',
};

const settling = {
  complete: 'removed',
  release: 'rest',
  abandon: 'retry',
  'lose-lock': 'retry',
  defer: 'deferred',
  'dead-letter': 'dead-letter',
} as const;

/**
 * All allowed transitions; any other is refused.
 *
 * A locked message does not expire (it does once the lock is gone), and a deferred one never does: both as
 * Azure documents them ("Message expiration", "Message deferral").
 */
export const transitions: Readonly<Record<MessageState, Row>> = {
  scheduled: { ...refuseAll, activate: 'active', cancel: 'removed' },
  active: { ...refuseAll, lock: 'locked', take: 'removed', expire: 'expired' },
  locked: { ...refuseAll, ...settling },
  deferred: { ...refuseAll, lock: 'deferred-locked', take: 'removed' },
  'deferred-locked': { ...refuseAll, ...settling },
};
