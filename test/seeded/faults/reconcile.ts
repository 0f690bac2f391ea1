import type { Fault } from '../fault.ts';

const COMPARE = ['test/reconcile/compare/compare-slice.test.ts'];

const faults: readonly Fault[] = [
  {
    name: 'the boundary of a split lies beyond the end of the shard',
    path: 'src/reconcile/compare/next-shards.ts',
    from: 'return to === undefined || isBefore(found.path, to);',
    to: 'return true;',
    near: COMPARE,
  },
];

export default faults;
