import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a rename is followed although only one of its names is in the scope',
    path: 'src/intake/mirror-hint.ts',
    from: '[from, to].every(',
    to: '[from, to].some(',
    near: ['test/intake/renames-in-scope.test.ts'],
  },
  {
    name: 'a rename is followed although only a part of the directory is in the scope',
    path: 'src/intake/mirror-hint.ts',
    from: 'scope.includes(key) && scope.isWhole(key)',
    to: 'scope.includes(key)',
    near: ['test/intake/renames-in-scope.test.ts'],
  },
  {
    name: 'a rename is followed although its names are not in the scope',
    path: 'src/intake/mirror-hint.ts',
    from: 'scope.includes(key) && scope.isWhole(key)',
    to: 'scope.isWhole(key)',
    near: ['test/intake/renames-in-scope.test.ts'],
  },
  {
    name: 'the next failure of a message forgets an unknown outcome',
    path: 'src/intake/settle-failure.ts',
    from: "unsettled: history.unsettled || error.code === 'write-outcome-unknown'",
    to: "unsettled: error.code === 'write-outcome-unknown'",
    near: ['test/intake/handle-message.test.ts'],
  },
  {
    name: 'an unknown outcome is never recorded',
    path: 'src/intake/settle-failure.ts',
    from: "unsettled: history.unsettled || error.code === 'write-outcome-unknown'",
    to: 'unsettled: history.unsettled',
    near: ['test/intake/handle-message.test.ts'],
  },
];

export default faults;
