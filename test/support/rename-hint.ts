import type { Hint } from '../../src/model/hint.ts';
import type { Key } from '../../src/model/key.ts';

/** What an event tells of a directory that was renamed at the source. */
export function renameHint(from: Key, to: Key, eventTime: Date): Hint {
  return {
    account: 'sourceaccount',
    keys: [to, from],
    prefixes: [],
    rename: { from, to },
    isDeep: true,
    silentChanges: 'none',
    eventId: 'r',
    eventType: 'Microsoft.Storage.DirectoryRenamed',
    eventTime,
    event: {},
  };
}
