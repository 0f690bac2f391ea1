import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'an expired delegation key is kept for copies',
    path: 'src/azure/copy/copy-source.ts',
    from: 'known === undefined || known.until < until',
    to: 'known === undefined',
    near: ['test/azure/copy/signed-sources.test.ts'],
  },
  {
    name: 'the signature of a copy source is used until its last second',
    path: 'src/azure/copy/copy-source.ts',
    from: 'now < signed.until.getTime() - validMs / 2',
    to: 'now < signed.until.getTime()',
    near: ['test/azure/copy/signed-sources.test.ts'],
  },
  {
    name: 'a failed request for a delegation key is never made again',
    path: 'src/azure/copy/copy-source.ts',
    from: '      known = undefined;\n',
    to: '',
    near: ['test/azure/copy/signed-sources.test.ts'],
  },
  {
    name: 'a SAS is used in the moment of its end',
    path: 'src/azure/account/sas-succession.ts',
    from: 'endsAt <= now()',
    to: 'endsAt < now()',
    near: ['test/azure/account/sas-succession.test.ts'],
  },
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
