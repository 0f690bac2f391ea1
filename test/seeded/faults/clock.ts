import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'half of the time of a request counts as the clock of the service',
    path: 'src/clock/service-clock.ts',
    from: '(sentAt + answeredAt) / 2',
    to: 'sentAt',
    near: ['test/clock/service-clock.test.ts'],
    isSpare: true,
  },
  {
    name: 'an answer without a time is one of 1970',
    path: 'src/clock/service-clock.ts',
    from: "Date.parse(header ?? '')",
    to: "Date.parse(header ?? '1970-01-01')",
    near: ['test/clock/service-clock.test.ts'],
    isSpare: true,
  },
];

export default faults;
