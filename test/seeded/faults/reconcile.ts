import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'the boundary of a split lies beyond the end of the shard',
    path: 'src/reconcile/compare/next-shards.ts',
    from: 'return to === undefined || isBefore(found.path, to);',
    to: 'return true;',
    near: ['test/reconcile/compare/next-shards.test.ts'],
  },
  {
    name: 'the half that is split off forgets where the shard ends',
    path: 'src/reconcile/compare/next-shards.ts',
    from: '    from: boundary,\n    ...(to !== undefined && { to }),\n',
    to: '    from: boundary,\n',
    near: ['test/reconcile/compare/next-shards.test.ts'],
  },
  {
    name: 'the rest of a shard goes on beyond the boundary',
    path: 'src/reconcile/compare/next-shards.ts',
    from: 'const end = boundary ?? to;',
    to: 'const end = to;',
    near: ['test/reconcile/compare/next-shards.test.ts'],
  },
  {
    name: 'the rest of a shard forgets where the shard ends',
    path: 'src/reconcile/compare/next-shards.ts',
    from: 'const end = boundary ?? to;',
    to: 'const end = boundary;',
    near: ['test/reconcile/compare/next-shards.test.ts'],
  },
];

export default faults;
