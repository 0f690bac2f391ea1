import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'an unknown outcome is never recorded',
    path: 'src/intake/settle-failure.ts',
    from: "unsettled: history.unsettled || error.code === 'write-outcome-unknown'",
    to: 'unsettled: history.unsettled',
    near: ['test/intake/handle-message.test.ts'],
  },
];

export default faults;
