import { eachWalkThrough, type Rule } from '../rule.ts';
import {
  at,
  isExpression,
  type Parameters,
  resourcesOf,
  type WalkThrough,
} from '../deployment/walk-through.ts';

const DOC = 'docs/deploy.md';
const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** A row of the table: role, id, who, on what, and when. */
const ROW = new RegExp(
  `^\\| +([^|]+?) +\\| \`(${GUID})\` +\\| +(identity|topic) +\\| +([^|]+?) +\\| +([^|]+?) +\\|`,
  'gm',
);
const UNDECIDED = 'one of two, by the kind of the source';

interface Row {
  readonly role: string;
  readonly who: string;
  readonly on: string;
  readonly when: string;
}

/** Role, scope and principal of every assignment are those of the table in docs/deploy.md, none more and none less. */
export const rolesAreTold: Rule = (infra) => {
  const rows = [...(infra.sources.get(DOC) ?? '').matchAll(ROW)].map(
    ([, , role = '', who = '', on = '', when = '']) => ({
      role,
      who,
      on,
      when,
    }),
  );
  return eachWalkThrough((walkThrough) => {
    const expected = expectedIn(walkThrough, rows);
    const assigned = assignedIn(walkThrough);
    return [
      ...assigned
        .filter((each) => !expected.includes(each))
        .map((each) => `${each} is assigned, and not in the table of ${DOC}`),
      ...expected
        .filter((each) => !assigned.includes(each))
        .map((each) => `${each} is in the table of ${DOC}, and not assigned`),
    ];
  })(infra);
};

function assignedIn(walkThrough: WalkThrough): readonly string[] {
  return resourcesOf(walkThrough, 'Microsoft.Authorization/roleAssignments').map((assignment) => {
    const definition = String(at(assignment, 'properties.roleDefinitionId'));
    const role = isExpression(definition) ? UNDECIDED : definition.slice(definition.lastIndexOf('/') + 1);
    return textOf(role, whoIs(String(at(assignment, 'properties.principalId'))), scopeOf(assignment.id));
  });
}

function textOf(role: string, who: string, scope: string): string {
  return `the role ${role} of the ${who} on ${scope}`;
}

/** An assignment whose name only Azure knows has an expression as its id, which begins with the scope. */
function scopeOf(id: string): string {
  return id
    .replace(/^\[extensionResourceId\('([^']+)'.*$/, '$1')
    .replace(/\/providers\/Microsoft\.Authorization\/.*$/, '');
}

function whoIs(principal: string): string {
  if (/\/userAssignedIdentities\/[\w-]+', '[\d-]+'\)\.principalId\]$/.test(principal)) return 'identity';
  if (/\/systemTopics\/[\w-]+', '[\d-]+', 'full'\)\.identity\.principalId\]$/.test(principal)) return 'topic';
  return `principal ${principal}`;
}

function expectedIn(walkThrough: WalkThrough, rows: readonly Row[]): readonly string[] {
  const { parameters } = walkThrough;
  const isKnown = parameters['sourceKind'] !== '' || parameters['sourceAccountName'] === '';
  if (isKnown) return expectedFor(walkThrough, rows, parameters['sourceKind'] === 'hierarchical');
  // What differs by a kind that only Azure knows is undecided.
  const [flat, lake] = [expectedFor(walkThrough, rows, false), expectedFor(walkThrough, rows, true)];
  return flat.map((each, index) => (each === lake[index] ? each : each.replace(new RegExp(GUID), UNDECIDED)));
}

function expectedFor(walkThrough: WalkThrough, rows: readonly Row[], isLake: boolean): readonly string[] {
  const holds = ({ when }: Row): boolean =>
    isMet(when.replace(/^instead, /, ''), walkThrough.parameters, isLake);
  const samePlace = (one: Row, other: Row): boolean => one.who === other.who && one.on === other.on;
  const isInstead = ({ when }: Row): boolean => when.startsWith('instead, ');
  return rows
    .filter((row) => !isInstead(row) && holds(row))
    .flatMap((row) => {
      const instead = rows.filter((other) => isInstead(other) && samePlace(row, other) && holds(other));
      return instead.length > 0 ? instead : [row];
    })
    .flatMap(({ role, who, on }) => placesOf(on, walkThrough).map((place) => textOf(role, who, place)));
}

const CLAUSES: readonly (readonly [
  RegExp,
  (match: RegExpExecArray, parameters: Parameters, isLake: boolean) => boolean,
])[] = [
  [/^always/, () => true],
  [/^in this tenant/, (_match, { sourceEndpoint }) => sourceEndpoint === ''],
  [/^in another tenant/, (_match, { sourceEndpoint }) => sourceEndpoint !== ''],
  [/^on Data Lake accounts/, (_match, _parameters, isLake) => isLake],
  [/^with(out)? `(\w+)`/, ([, out, name = ''], parameters) => parameters[name] === (out === undefined)],
];

/** `with \`a\`, or in this tenant with \`b\``: alternatives, of each of which every clause must hold. */
function isMet(when: string, parameters: Parameters, isLake: boolean): boolean {
  return when.split(', or ').some((alternative) => {
    let rest = alternative;
    let holds = true;
    while (rest !== '') {
      const before = rest;
      for (const [pattern, test] of CLAUSES) {
        const match = pattern.exec(rest);
        if (match === null) continue;
        holds = test(match, parameters, isLake) && holds;
        rest = rest.slice(match[0].length).replace(/^,? /, '');
      }
      if (rest === before)
        throw new Error(`${DOC}: "${when}" in the table of roles cannot be read from "${rest}" on`);
    }
    return holds;
  });
}

/** The resource ids that a cell means. */
function placesOf(on: string, walkThrough: WalkThrough): readonly string[] {
  const names = [...on.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const { parameters, outputs } = walkThrough;
  const group = resourcesOf(walkThrough, 'Microsoft.Resources/resourceGroups')[0]?.id ?? '';
  const subscription = group.split('/')[2];
  const accountOf = (side: string, name = ''): string => {
    const place =
      parameters[`${side}ResourceGroup`] === ''
        ? group.split('/')[4]
        : String(parameters[`${side}ResourceGroup`]);
    const owner =
      parameters[`${side}SubscriptionId`] === '' ? subscription : String(parameters[`${side}SubscriptionId`]);
    return `/subscriptions/${owner}/resourceGroups/${place}/providers/Microsoft.Storage/storageAccounts/${name}`;
  };
  const [source, backup] = [
    accountOf('source', outputs['MIRROR_SOURCE_NAME']),
    accountOf('backup', outputs['MIRROR_BACKUP_NAME']),
  ];
  const own = resourcesOf(walkThrough, 'Microsoft.Storage/storageAccounts').find(
    ({ id }) => id !== source && id !== backup,
  )?.id;
  const idOf = (type: string): string => resourcesOf(walkThrough, type)[0]?.id ?? `no ${type}`;
  const account = /source account/.test(on) ? source : /own account/.test(on) ? own : backup;
  if (/^containers? /.test(on))
    return names.map((name) => `${account}/blobServices/default/containers/${name}`);
  if (on.endsWith(' account')) return [account ?? ''];
  if (/^queues? /.test(on))
    return names.map((name) => `${idOf('Microsoft.ServiceBus/namespaces')}/queues/${name}`);
  if (/^secrets? /.test(on))
    return names.map((name) => `${idOf('Microsoft.KeyVault/vaults')}/secrets/${name}`);
  if (on === 'Application Insights') return [idOf('Microsoft.Insights/components')];
  throw new Error(`${DOC}: "${on}" in the table of roles is no place that the check knows`);
}
