import { beforeAll, expect, it } from 'vitest';
import { openProject, type OpenProject } from '../../scripts/infra/open-project.ts';
import { parametersOf } from '../../scripts/infra/settings/app-settings.ts';
import { evaluate, UNKNOWN, type Value } from '../../scripts/infra/settings/evaluate.ts';
import { WALK_THROUGHS } from '../../scripts/infra/settings/walk-throughs.ts';
import { MAIN, readSources } from '../../scripts/infra/sources.ts';

let project: OpenProject;

beforeAll(async () => {
  const opened = await openProject(await readSources(new URL('../../', import.meta.url)));
  if (!('files' in opened)) throw new Error('infra/ cannot be read');
  project = opened;
});

function contextOf(parameters: Readonly<Record<string, Value>>) {
  return { file: project.fileOf(MAIN), parameters: new Map(Object.entries(parameters)) };
}

/** The modules that have a condition and are deployed. */
function optional(parameters: Readonly<Record<string, Value>>): readonly string[] {
  const context = contextOf(parameters);
  return [...context.file.modules.values()].flatMap(({ name, condition }) =>
    condition !== undefined && evaluate(condition, context) === true ? [name] : [],
  );
}

/** What a module is given for a parameter. */
function given(module: string, parameter: string, parameters: Readonly<Record<string, Value>>): Value {
  const context = contextOf(parameters);
  const found = context.file.modules.get(module);
  const [, value] = (found && parametersOf(found).find(([name]) => name === parameter)) ?? [];
  return value === undefined ? UNKNOWN : evaluate(value, context);
}

const OF_EVENTS = ['source', 'topic', 'eventAccess', 'eventSubscription'];

it.each([
  ['a new source', ['sourceAccount', 'backupAccount', ...OF_EVENTS]],
  ['an existing source', ['backupAccount', ...OF_EVENTS]],
  ['an existing system topic', ['backupAccount', ...OF_EVENTS]],
  ['another subscription, and an existing backup', OF_EVENTS],
  ['a source in another tenant', ['backupAccount', 'vault']],
  ['a private network', ['sourceAccount', 'backupAccount', 'network', 'endpoints', ...OF_EVENTS]],
])('%s takes what it needs, and no more', (title, modules) => {
  expect([...optional(WALK_THROUGHS[title] ?? {})].toSorted()).toEqual([...modules].toSorted());
});

it('the app goes through the private network only where there is one', () => {
  expect(given('app', 'subnetId', WALK_THROUGHS['a new source'] ?? {})).toBe('');
  expect(given('app', 'subnetId', WALK_THROUGHS['a private network'] ?? {})).toBe(UNKNOWN);
});

it('the canary takes a right at the source only where it is on', () => {
  const canary = (title: string) => given('source', 'canaryContainer', WALK_THROUGHS[title] ?? {});
  expect(canary('a new source')).toBe('blobmirror-canary');
  expect(canary('no canary')).toBe('');
});

it('an existing account and an existing topic keep their names', () => {
  const parameters = WALK_THROUGHS['another subscription, and an existing backup'] ?? {};
  expect(given('source', 'accountName', parameters)).toBe('photos');
  expect(given('backup', 'accountName', parameters)).toBe('photosbackup');
  expect(given('topic', 'existingName', WALK_THROUGHS['an existing system topic'] ?? {})).toBe(
    'photos-events',
  );
});
