import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a blob is deleted with the snapshots that users made',
    path: 'src/azure/backup-store.ts',
    from: 'blob(key).delete({ conditions: { ifMatch: etagHeader(ifMatch) } })',
    to: "blob(key).delete({ conditions: { ifMatch: etagHeader(ifMatch) }, deleteSnapshots: 'include' })",
    near: ['test/azure/backup-store.test.ts'],
  },
  {
    name: 'the trash keeps what is old enough',
    path: 'src/azure/lake/trash.ts',
    from: '(trashedAt(name) ?? before) < before',
    to: '(trashedAt(name) ?? before) > before',
    near: ['test/azure/lake/directories.test.ts'],
  },
];

export default faults;
