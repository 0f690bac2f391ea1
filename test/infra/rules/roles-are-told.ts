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
const FORM = '`| role | `id` | identity or topic | on what | when | why |`, as the rows beside it are';
const ROW = new RegExp(
  `^\\| +([^|]+?) +\\| \`(${GUID})\` +\\| +(identity|topic) +\\| +([^|]+?) +\\| +([^|]+?) +\\|`,
  'gm',
);
/** Any row with the id of a role. */
const ANY_ROW = new RegExp(`^\\|.*${GUID}.*$`, 'gm');
/** \`instead of Storage Blob Data Reader, with …\`: the row takes the place of that one. */
const INSTEAD = /^instead of ([^,]+), /;
const UNDECIDED = 'one of two, by the kind of the source';

interface Row {
  readonly name: string;
  readonly role: string;
  readonly who: string;
  readonly on: string;
  readonly when: string;
}

/** Role, scope and principal of every assignment are those of the table in docs/deploy.md, none more and none less. */
export const rolesAreTold: Rule = async (infra) => {
  const rows = readRows(infra.sources.get(DOC) ?? '');
  const ofEach = eachWalkThrough((walkThrough) => {
    const expected = expectedIn(walkThrough, rows);
    const assigned = assignedIn(walkThrough);
    return [
      ...assigned
        .filter((each) => !expected.includes(each))
        .map(
          (each) => `${each} is assigned, and not in the table of ${DOC}: add its row, or correct infra/app/`,
        ),
      ...expected
        .filter((each) => !assigned.includes(each))
        .map(
          (each) =>
            `${each} is in the table of ${DOC}, and not assigned: assign it in infra/app/, or correct its row`,
        ),
    ];
  });
  const orphans = rows
    .filter((row) => INSTEAD.test(row.when) && !rows.some((other) => replaces(row, other)))
    .map(({ who, on, when }) => [DOC, `no row of ${who} on ${on} has the role of "${when}"`] as const);
  return [...orphans, ...(await ofEach(infra))];
};

/** @throws Error for a row that cannot be read, which would say nothing otherwise */
function readRows(page: string): readonly Row[] {
  const rows = [...page.matchAll(ROW)].map(([, name = '', role = '', who = '', on = '', when = '']) => ({
    name,
    role,
    who,
    on,
    when,
  }));
  const unread = [...page.matchAll(ANY_ROW)].find(([line]) => [...line.matchAll(ROW)].length === 0);
  if (unread !== undefined) throw new Error(`${DOC}: "${unread[0]}" should be ${FORM}`);
  return rows;
}

function replaces(row: Row, other: Row): boolean {
  return INSTEAD.exec(row.when)?.[1] === other.name && row.who === other.who && row.on === other.on;
}

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
  const holds = ({ when }: Row): boolean => isMet(when.replace(INSTEAD, ''), walkThrough.parameters, isLake);
  return rows
    .filter((row) => !INSTEAD.test(row.when) && holds(row))
    .flatMap((row) => {
      const instead = rows.filter((other) => replaces(other, row) && holds(other));
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
        throw new Error(
          `${DOC}: "${when}" in the table of roles cannot be read from "${rest}" on: it should be made of "always", "in this tenant", "in another tenant", "on Data Lake accounts", and "with" or "without" a parameter that is true or false`,
        );
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
  throw new Error(
    `${DOC}: "${on}" in the table of roles is no place that the check knows: write it as the rows beside it, or add it to placesOf in test/infra/rules/roles-are-told.ts`,
  );
}
