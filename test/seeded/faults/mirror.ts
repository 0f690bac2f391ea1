import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a blob of another source counts as ours',
    path: 'src/mirror/decide.ts',
    from: "owner === account ? 'ours' : 'of-another-source'",
    to: "owner === account ? 'ours' : 'ours'",
    near: ['test/mirror/decide.test.ts'],
  },
  {
    name: 'the trash is never emptied after a deletion',
    path: 'src/mirror/apply-directory.ts',
    from: '  await tree?.emptyTrash(key.container);\n',
    to: '',
    near: ['test/mirror/directories.test.ts'],
  },
  {
    name: 'the mirror core never empties the trash',
    path: 'src/mirror/mirror-core.ts',
    from: 'if (last !== undefined && clock.now()',
    to: 'if (last === undefined || clock.now()',
    near: ['test/mirror/directories.test.ts'],
  },
];

export default faults;
