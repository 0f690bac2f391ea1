import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a proof reaches to the end of its run',
    path: 'src/api/proof.ts',
    from: 'toProof({ id, startedAt, provesUpTo = startedAt,',
    to: 'toProof({ id, startedAt, updatedAt: provesUpTo,',
    near: ['test/api/proof.test.ts'],
  },
  {
    name: 'a proof reaches to the start by the clock of the worker, whatever the services say',
    path: 'src/api/proof.ts',
    from: 'at: provesUpTo,',
    to: 'at: startedAt,',
    near: ['test/api/proof.test.ts'],
  },
];

export default faults;
