import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

type Record = NonNullable<Parameters<MirrorFunctions['handleMessage']>[0]['unprotected']>['record'];

function changeRecord(change: (record: Record) => Record): MirrorFunctions {
  return {
    ...REAL_FUNCTIONS,
    createLedger: (parts) => {
      const ledger = REAL_FUNCTIONS.createLedger(parts);
      return Object.assign(Object.create(ledger) as typeof ledger, { record: change(ledger.record) });
    },
  };
}

/** What a check leaves out of the backup is only logged. */
export const forgetsLeftKeys = changeRecord(() => async () => {
  await Promise.resolve();
});

/** A message is settled before its record is stored. */
export const settlesBeforeRecord = changeRecord((record) => async (left) => {
  await Promise.resolve();
  record(left).catch(() => undefined);
});
