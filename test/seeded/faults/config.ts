import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'the threshold of the live point is in seconds',
    path: 'src/config/recovery-settings.ts',
    from: 'liveWithinMs: minutes * 60_000',
    to: 'liveWithinMs: minutes * 1000',
    near: ['test/config/recovery-settings.test.ts'],
  },
  {
    name: 'the threshold of the proof is a number of hours',
    path: 'src/config/recovery-settings.ts',
    from: 'periods * longestGapMs(schedule)',
    to: 'periods * 3_600_000',
    near: ['test/config/recovery-settings.test.ts'],
  },
  {
    name: 'the longest gap of a schedule is its shortest',
    path: 'src/config/reconcile-settings.ts',
    from: 'Math.max(...gaps)',
    to: 'Math.min(...gaps)',
    near: ['test/config/recovery-settings.test.ts'],
  },
  {
    name: 'a schedule that never fires is taken',
    path: 'src/config/reconcile-settings.ts',
    from: 'return new Cron(text, UTC).nextRun() !== null;',
    to: 'return new Cron(text, UTC) !== null;',
    near: ['test/config/reconcile-settings.test.ts'],
  },
  {
    name: 'schedules are in the time of the machine',
    path: 'src/config/reconcile-settings.ts',
    from: '{ paused: true, utcOffset: 0 } as const',
    to: '{ paused: true } as const',
    near: ['test/config/reconcile-settings.test.ts'],
  },
  {
    name: 'the budget of a slice is in milliseconds',
    path: 'src/config/reconcile-settings.ts',
    from: '    budgetMs:\n      1000 *\n',
    to: '    budgetMs:\n      1 *\n',
    near: ['test/config/reconcile-settings.test.ts'],
  },
  {
    name: 'the budget of a copy is in milliseconds',
    path: 'src/config/copy-settings.ts',
    from: '    budgetMs:\n      1000 *\n',
    to: '    budgetMs:\n      1 *\n',
    near: ['test/config/settings.test.ts'],
  },
  {
    name: 'the guard takes more than a hundred percent',
    path: 'src/config/reconcile-settings.ts',
    from: '        max: 100,\n',
    to: '        max: 1000,\n',
    near: ['test/config/reconcile-settings.test.ts'],
  },
  {
    name: 'a limit of one account counts for both',
    path: 'src/config/copy-settings.ts',
    from: 'backup: readRate(env, `${BOTH}_BACKUP`) ?? both',
    to: 'backup: readRate(env, `${BOTH}_SOURCE`) ?? both',
    near: ['test/config/copy-settings.test.ts'],
  },
  {
    name: 'a setting that is blank is set',
    path: 'src/config/environment.ts',
    from: 'return env[name]?.trim() || undefined;',
    to: 'return env[name]?.trim();',
    near: ['test/config/reconcile-settings.test.ts'],
  },
  {
    name: 'an error quotes a secret',
    path: 'src/config/environment.ts',
    from: "if (mayHoldSecret(value)) return 'a value that may be a secret and is not shown';",
    to: '',
    near: ['test/config/settings.test.ts'],
  },
  {
    name: 'a number with a sign is taken',
    path: 'src/config/environment.ts',
    from: '/^\\d+$/.test(text) && number >= min',
    to: 'number >= min',
    near: ['test/config/reconcile-settings.test.ts'],
  },
  {
    name: 'a scope that excludes everything is taken',
    path: 'src/config/scope-rules.ts',
    from: "  refuseExcluded('CONTAINERS', rules.containers, '*', coversWildcard, (pattern) => pattern);\n",
    to: '',
    near: ['test/config/scope-rules.test.ts'],
  },
  {
    name: 'two containers may share a name on the backup',
    path: 'src/config/scope-rules.ts',
    from: '    refuseWithoutName(scope, container);\n',
    to: '',
    near: ['test/config/scope-rules.test.ts'],
  },
];

export default faults;
