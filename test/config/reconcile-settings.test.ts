import { afterEach, describe, expect, it, vi } from 'vitest';
import { longestGapMs } from '../../src/config/reconcile-settings.ts';
import { readSettings } from '../../src/config/settings.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';

const GOOD = {
  BLOBMIRROR_SOURCE: 'AccountName=sourceaccount;AccountKey=a',
  BLOBMIRROR_BACKUP: 'AccountName=backupaccount;AccountKey=a',
  BLOBMIRROR_SERVICE_BUS: 'Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=a',
  BLOBMIRROR_EVENTS_QUEUE: 'storage-events',
  BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
};

type Env = Readonly<Record<string, string | undefined>>;

function isMirrored(container: string, env: Env): boolean {
  const { source, scope } = readSettings({ ...GOOD, ...env });
  return createScope(source.accountName, scope).includesContainer(parseContainerName(container));
}

describe('the longest time between two full syncs', () => {
  const HOUR = 3_600_000;
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.useRealTimers();
  });

  it.each<[string, number]>([
    ['0 0 * * * *', 1],
    ['0 0 3 * * *', 24],
    ['0 0 0 * * 1-5', 72],
    ['0 0 0,18 * * *', 18],
    ['0 0 3 1 JAN *', 366 * 24],
  ])('by %s is %d hours, also where the clocks of the machine are put back', (schedule, hours) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-10-01T00:00:00Z') });
    expect(longestGapMs(schedule) / HOUR).toBe(hours);
  });
});

describe('the settings of full syncs', () => {
  it('have defaults for all but the queue', () => {
    const { reconcile, state } = readSettings(GOOD);
    expect(reconcile).toEqual({
      queue: 'reconcile',
      schedule: '0 0 * * * *',
      budgetMs: 210_000,
      deleteGuard: { percent: 10, count: 100 },
    });
    expect(state).toMatchObject({
      connection: { accountName: 'backupaccount' },
      container: 'blobmirror-state',
    });
  });

  it.each(['0 30 2 * * *', '0 */15 * * * 1-5', '0 0 0 1 JAN *'])('take the schedule %s', (schedule) => {
    expect(readSettings({ ...GOOD, BLOBMIRROR_RECONCILE_SCHEDULE: schedule }).reconcile.schedule).toBe(
      schedule,
    );
  });

  it('leave the timer out when they say so', () => {
    expect(
      readSettings({ ...GOOD, BLOBMIRROR_RECONCILE_SCHEDULE: 'off' }).reconcile.schedule,
    ).toBeUndefined();
  });

  it('keep the state in an account of its own, with an identity', () => {
    const uri = 'https://stateaccount.blob.core.windows.net';
    expect(readSettings({ ...GOOD, BLOBMIRROR_STATE__blobServiceUri: uri }).state.connection).toEqual({
      accountName: 'stateaccount',
      blobServiceUri: uri,
      clientId: undefined,
    });
  });

  it.each([
    ['BLOBMIRROR_RECONCILE_QUEUE', ' ', 'is not set; it should be the name of the queue'],
    ['BLOBMIRROR_RECONCILE_SCHEDULE', '0 * * * *', 'is "0 * * * *"; it should be off, or six fields'],
    ['BLOBMIRROR_RECONCILE_SCHEDULE', '0 0 25 * * *', 'it should be off, or six fields'],
    ['BLOBMIRROR_RECONCILE_SCHEDULE', '0 0 0 L * *', 'it should be off, or six fields'],
    ['BLOBMIRROR_RECONCILE_SCHEDULE', '0 0 0 30 2 *', 'it should be off, or six fields'],
    ['BLOBMIRROR_RECONCILE_SCHEDULE', 'hourly', 'it should be off, or six fields'],
    ['BLOBMIRROR_RECONCILE_BUDGET', '0', 'is "0"; it should be a whole number of seconds, from 1 to 86400'],
    ['BLOBMIRROR_RECONCILE_BUDGET', '1e3', 'it should be a whole number of seconds'],
    ['BLOBMIRROR_DELETE_GUARD_PERCENT', '101', 'it should be a whole number of hundredths, from 0 to 100'],
    ['BLOBMIRROR_DELETE_GUARD_COUNT', '-1', 'it should be a whole number of blobs'],
    ['BLOBMIRROR_STATE', 'nonsense', 'is not a storage connection string'],
    ['BLOBMIRROR_STATE_CONTAINER', 'State', 'is "State"; it should be a container name'],
    ['BLOBMIRROR_EVENT_GRID_DEAD_LETTERS', 'Dead', 'is "Dead"; it should be a container name'],
    [
      'BLOBMIRROR_EVENT_GRID_DEAD_LETTERS',
      'blobmirror-state',
      'is "blobmirror-state", the container of the state',
    ],
    ['BLOBMIRROR_STATE_CONTAINER', '$web', 'is "$web"; it should be a container name'],
  ])('refuse %s = %j with a line that names it', (name, value, line) => {
    expect(() => readSettings({ ...GOOD, [name]: value })).toThrow(new RegExp(`^${name} `));
    expect(() => readSettings({ ...GOOD, [name]: value })).toThrow(line);
  });

  it('keep the secret of the state out of the line', () => {
    expect(() => readSettings({ ...GOOD, BLOBMIRROR_STATE: 'AccountKey=c2VjcmV0' })).toThrow(
      /^(?!.*c2VjcmV0)BLOBMIRROR_STATE is no/,
    );
  });
});

describe("the container of the mirror's state is never mirrored", () => {
  it('by its name, when the state is in the backup', () => {
    expect(isMirrored('blobmirror-state', {})).toBe(false);
    expect(isMirrored('photos', {})).toBe(true);
  });

  it('by its name on the backup: another container must not be mirrored onto it', () => {
    const env = { BLOBMIRROR_BACKUP_CONTAINER_PREFIX: 'blobmirror-' };
    expect(isMirrored('state', { ...env, BLOBMIRROR_STATE_CONTAINER: 'blobmirror-state' })).toBe(false);
    expect(isMirrored('blobmirror-state', env)).toBe(true);
  });

  it('when the state is in the source', () => {
    const env = {
      BLOBMIRROR_STATE: GOOD.BLOBMIRROR_SOURCE,
      BLOBMIRROR_STATE_CONTAINER: 'own',
      BLOBMIRROR_BACKUP_CONTAINER_PREFIX: 'team-',
    };
    expect(isMirrored('own', env)).toBe(false);
    expect(isMirrored('blobmirror-state', env)).toBe(true);
  });

  it('and a container of that name is as any other when the state is in a third account', () => {
    expect(isMirrored('blobmirror-state', { BLOBMIRROR_STATE: 'AccountName=third;AccountKey=a' })).toBe(true);
  });

  it.each([
    ['BLOBMIRROR_INCLUDE_CONTAINERS', 'blobmirror-state'],
    ['BLOBMIRROR_CONTAINER_MAP', 'photos=blobmirror-state'],
  ])('so %s = %s stops the start', (name, value) => {
    expect(() => readSettings({ ...GOOD, [name]: value })).toThrow(name);
  });
});
