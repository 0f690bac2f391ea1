/** Where a message can be. A dead-lettered message has the same states, in the dead-letter queue. */
export type MessageState = 'scheduled' | 'active' | 'locked' | 'deferred' | 'deferred-locked';

/** What can happen to it. */
export type Step =
  | 'activate' // its scheduled time has come
  | 'cancel' // a scheduled message is called back
  | 'expire' // its time to live is over
  | 'lock' // delivered under peek-lock
  | 'take' // delivered under receive-and-delete
  | 'complete'
  | 'release' // given back untried
  | 'abandon'
  | 'lose-lock' // the lock ran out
  | 'defer'
  | 'dead-letter';

/**
 * `rest`: back to where it rests. `retry`: the same, and counted, or to the dead-letter queue when it had its
 * deliveries.
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
 * Every transition there is; what is not named is refused.
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
