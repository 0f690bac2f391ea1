import { HEALTH_CODES } from '../../../src/api/health-codes.ts';
import { AGE_BUCKETS } from '../../../src/status/read-waiting.ts';
import { METRICS } from '../../../src/telemetry/metric-table.ts';
import { eachWalkThrough } from '../rule.ts';
import { at, type Resource, resourcesOf } from '../deployment/walk-through.ts';

type Metric = (typeof METRICS)[keyof typeof METRICS];

/** Tables of a workspace-based Application Insights, and of the logs of Event Grid. */
const TABLES = ['AppMetrics', 'AppRequests', 'AppTraces', 'AegDeliveryFailureLogs', 'datatable'];
/** What an attribute may be, where a query asks for a value. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  age: AGE_BUCKETS,
  severity: ['failing', 'warning'],
  code: Object.keys(HEALTH_CODES),
};

/**
 * The queries of the alerts and of the workbook name metrics that are emitted, attributes and values that these have,
 * and sum what is counted.
 */
export const queriesAreKnown = eachWalkThrough((walkThrough) => [
  ...resourcesOf(walkThrough, 'Microsoft.Insights/scheduledQueryRules').flatMap((rule) =>
    (at(rule, 'properties.criteria.allOf') as readonly { query: string }[]).flatMap(({ query }) =>
      ofQuery(query, rule.name),
    ),
  ),
  ...resourcesOf(walkThrough, 'Microsoft.Insights/workbooks').flatMap(ofWorkbook),
]);

function ofWorkbook(workbook: Resource): readonly string[] {
  const { items } = JSON.parse(String(at(workbook, 'properties.serializedData'))) as {
    items: readonly { name: string; content: { query?: string } }[];
  };
  return items.flatMap(({ name, content }) =>
    content.query === undefined ? [] : ofQuery(content.query, `the chart ${name}`),
  );
}

function ofQuery(query: string, where: string): readonly string[] {
  const named = [...query.matchAll(/"(blobmirror\.[\w.]*\w)"/g)].map(([, name = '']) => name);
  const metrics = Object.values<Metric>(METRICS).filter(({ name }) => named.includes(name));
  const tables = [...query.matchAll(/(?:^|[(,] ?)(\w+)(?= \||\()/g)]
    .map(([, name = '']) => name)
    .filter((name) => /^(?:A[a-z]+[A-Z]|datatable)/.test(name));
  return [
    ...named
      .filter((name) => !metrics.some((metric) => metric.name === name))
      .map((name) => `there is no metric ${name}`),
    ...(tables.length > 0 && tables.every((name) => TABLES.includes(name))
      ? []
      : [`its table is not known: ${query}`]),
    ...attributesIn(query).flatMap((attribute) => ofAttribute(attribute, query, metrics)),
    ...metrics
      .filter(({ kind }) => kind === 'counter' && !query.includes('sum(Sum)'))
      .map(({ name }) => `${name} is counted, so it takes sum(Sum)`),
    ...metrics
      .filter(({ kind }) => kind === 'gauge' && !/m(?:ax\(Max|in\(Min)\)/.test(query))
      .map(({ name }) => `${name} is a state, so it takes max(Max) or min(Min)`),
  ].map((message) => `${where}: ${message}`);
}

function attributesIn(query: string): readonly string[] {
  return [...new Set([...query.matchAll(/Properties\.(\w+)/g)].map(([, name = '']) => name))];
}

function ofAttribute(attribute: string, query: string, metrics: readonly Metric[]): readonly string[] {
  const alias = new RegExp(`extend (\\w+) = tostring\\(Properties\\.${attribute}\\)`).exec(query)?.[1];
  const compared = [
    `tostring\\(Properties\\.${attribute}\\)`,
    ...(alias === undefined ? [] : [alias]),
  ].flatMap((left) =>
    [...query.matchAll(new RegExp(`${left} (?:==|in|!in) (\\([^)]*\\)|"[^"]*")`, 'g'))].flatMap(
      ([, right = '']) => [...right.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value),
    ),
  );
  return [
    ...metrics
      .filter(({ attributes }) => !(attributes as readonly string[]).includes(attribute))
      .map(({ name }) => `${name} has no attribute ${attribute}`),
    ...compared
      .filter((value) => VALUES[attribute]?.includes(value) !== true)
      .map((value) => `${attribute} is never "${value}"`),
  ];
}
