import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a deletion has no record',
    path: 'src/history/keep-history.ts',
    from: '      await recordEnd(key, { etag, why });\n',
    to: '',
    near: ['test/azure/history/history-of-deletions.test.ts'],
  },
  {
    name: 'a blob is deleted from an account that keeps no versions',
    path: 'src/azure/history/history-store.ts',
    from: 'if (versionId === undefined)',
    to: 'if (versionId === null)',
    near: ['test/azure/history/history-store.test.ts'],
  },
  {
    name: 'a record of a deletion that never happened ends a version',
    path: 'src/model/history.ts',
    from: 'return !isOverwrite && createdAt',
    to: 'return createdAt',
    near: ['test/model/history.test.ts'],
  },
  {
    name: 'an end that nobody recorded is told as none',
    path: 'src/model/history.ts',
    from: "to: 'unknown', why: undefined",
    to: 'to: undefined, why: undefined',
    near: ['test/model/history.test.ts'],
  },
  {
    name: 'an unfinished copy is a version',
    path: 'src/model/history.ts',
    from: 'versions.filter(({ isUnfinished }) => !isUnfinished)',
    to: 'versions',
    near: ['test/model/history.test.ts'],
    isSpare: true,
  },
  {
    name: 'a history of hierarchical accounts is promised and not kept',
    path: 'src/wiring/open-accounts.ts',
    from: 'if (isHierarchical && history !== undefined) throw noHistoryOfTrees(history.days);\n',
    to: '\n',
    near: ['test/azure/history/history-of-deletions.test.ts'],
  },
  {
    name: 'the setting for a history is read and not followed',
    path: 'src/wiring/open-accounts.ts',
    from: 'settings.history === undefined ? store',
    to: 'settings.history !== undefined ? store',
    near: ['test/azure/history/history-of-deletions.test.ts'],
  },
  {
    name: 'records of deletions are mirrored as a user’s data',
    path: 'src/model/scope.ts',
    from: 'if (container === HISTORY_CONTAINER) return',
    to: 'if (container === `${HISTORY_CONTAINER}s`) return',
    near: ['test/azure/history/history-of-deletions.test.ts'],
  },
  {
    name: 'one record of a key is read, and not the next',
    path: 'src/azure/history/history-store.ts',
    from: '!isBefore(path, last)',
    to: 'isBefore(last, path)',
    near: ['test/azure/history/history-store.test.ts'],
  },
  {
    name: 'a record of a key with a long name names no key',
    path: 'src/azure/history/end-records.ts',
    from: "Buffer.from(path, 'base64').toString()",
    to: "Buffer.from(path, 'base64').toString('latin1')",
    near: ['test/azure/history/history-store.test.ts'],
    isSpare: true,
  },
  {
    name: 'a history lasts longer than soft delete',
    path: 'src/config/recovery-settings.ts',
    from: 'days >= 1 && days <= LONGEST_HISTORY_DAYS',
    to: 'days >= 1',
    near: ['test/config/*.test.ts'],
    isSpare: true,
  },
];

export default faults;
