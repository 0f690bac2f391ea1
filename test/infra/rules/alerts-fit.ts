import { METRICS } from '../../../src/telemetry/metric-table.ts';
import { eachWalkThrough, type Rule } from '../rule.ts';
import {
  at,
  type Parameters,
  type Resource,
  resourcesOf,
  type WalkThrough,
} from '../deployment/walk-through.ts';
import { toMilliseconds } from './to-milliseconds.ts';

const DOC = 'docs/operations.md';
/** A row of the table: the alert, what it measures, above what, within how long, and how grave it is. */
const ROW = /^\| `([\w-]+)` +\| ([^|]+?) +\| ([^|]+?) +\| (\d+) min +\| ([0-4]) +\|/gm;

/** Metrics of Azure by their resource: learn.microsoft.com/azure/azure-monitor/reference/supported-metrics */
const SERVICE_BUS = 'Microsoft.ServiceBus/namespaces';
const EVENT_GRID = 'Microsoft.EventGrid/systemTopics';
const PLATFORM: Readonly<Record<string, readonly [type: string, aggregations: readonly string[]]>> = {
  DeadletteredMessages: [SERVICE_BUS, ['Average', 'Minimum', 'Maximum']],
  ThrottledRequests: [SERVICE_BUS, ['Total']],
  DeliveryAttemptFailCount: [EVENT_GRID, ['Total']],
  DroppedEventCount: [EVENT_GRID, ['Total']],
  DeadLetteredCount: [EVENT_GRID, ['Total']],
};
/** What the table calls an aggregation of a query. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/min\(Min\)/, 'the least '],
  [/max\(Max\)/, 'the most '],
  [/sum\(Sum\)/, 'the sum of '],
];

interface Alert {
  readonly name: string;
  readonly measures: string;
  readonly threshold: unknown;
  readonly window: unknown;
  readonly severity: unknown;
}

/**
 * Each alert is in the table of docs/operations.md and measures what that says: the metric, and a threshold in the unit
 * of the metric over the same time. The metrics of Azure are there, with the aggregation.
 */
export const alertsFit: Rule = (infra) => {
  const section = /^## Alerts$.*?(?=^## )/ms.exec(infra.sources.get(DOC) ?? '')?.[0] ?? '';
  const unread = section.split('\n').find((line) => line.startsWith('| `') && !line.match(ROW));
  if (unread !== undefined)
    throw new Error(
      `${DOC}: "${unread}" should be \`| name | measures | alerts above | N min | severity | what to do |\``,
    );
  const rows = new Map([...section.matchAll(ROW)].map(([, name = '', ...rest]) => [name, rest] as const));
  return eachWalkThrough((walkThrough) => {
    const alerts = [
      ...resourcesOf(walkThrough, 'Microsoft.Insights/metricAlerts').map(ofMetric),
      ...resourcesOf(walkThrough, 'Microsoft.Insights/scheduledQueryRules').map(ofQuery),
    ];
    const nameOf = ({ name }: Alert): string =>
      [...rows.keys()].find((row) => name.endsWith(`-${row}`)) ?? '';
    const seen = new Set(alerts.map(nameOf));
    const isInOtherTenant = walkThrough.parameters['sourceEndpoint'] !== '';
    return [
      ...alerts.flatMap((alert) => ofAlert(alert, rows.get(nameOf(alert)), walkThrough.parameters)),
      ...[...rows]
        // A source in another tenant has no Event Grid here.
        .filter(
          ([name, [measures = '']]) =>
            !seen.has(name) && !(isInOtherTenant && measures.includes('Event Grid')),
        )
        .map(([name]) => `nothing alerts as ${name}, which ${DOC} has`),
      ...missingReceivers(walkThrough),
    ];
  })(infra);
};

function criterionOf(resource: Resource): Readonly<Record<string, unknown>> {
  const all = at(resource, 'properties.criteria.allOf') as readonly Readonly<Record<string, unknown>>[];
  return all.length === 1 && all[0]?.['operator'] === 'GreaterThan' ? all[0] : {};
}

function commonOf(resource: Resource): Pick<Alert, 'name' | 'window' | 'severity'> {
  return {
    name: resource.name,
    window: at(resource, 'properties.windowSize'),
    severity: at(resource, 'properties.severity'),
  };
}

function ofMetric(resource: Resource): Alert {
  const { metricName, timeAggregation, threshold } = criterionOf(resource);
  const [type, aggregations] = PLATFORM[String(metricName)] ?? [];
  const aggregation = String(timeAggregation);
  const known = aggregations?.includes(aggregation) === true;
  const [scope] = at(resource, 'properties.scopes') as readonly string[];
  const measures = !known
    ? `the ${aggregation} of ${String(metricName)}, which Azure has not`
    : scope?.includes(`/providers/${type}/`) === true
      ? `the ${aggregation.toLowerCase()} of \`${String(metricName)}\``
      : `${String(metricName)} of ${scope}, which is no ${type}`;
  return { ...commonOf(resource), measures, threshold };
}

function ofQuery(resource: Resource): Alert {
  const { query, metricMeasureColumn, threshold } = criterionOf(resource);
  const text = String(query);
  const subject = /(?:Name ==|startswith) "([\w.]+)"/.exec(text)?.[1] ?? text.split(' ')[0];
  const word = WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? '';
  const hasColumn = text.includes(`${String(metricMeasureColumn)} = `);
  const measures = hasColumn
    ? `${word}\`${subject}\``
    : `no column ${String(metricMeasureColumn)} of its query`;
  return { ...commonOf(resource), measures, threshold };
}

function ofAlert(
  alert: Alert,
  row: readonly string[] | undefined,
  parameters: Parameters,
): readonly string[] {
  if (row === undefined) return [`the alert ${alert.name} is not in the table of ${DOC}`];
  const [measures = '', above = '', minutes = '', severity = ''] = row;
  const expected = thresholdOf(above, measures, parameters);
  return [
    ...(measures.includes(alert.measures)
      ? []
      : [`${alert.name} measures ${alert.measures}, and ${measures} in ${DOC}`]),
    ...(alert.threshold === expected
      ? []
      : [
          `${alert.name} alerts above ${String(alert.threshold)}, and above ${above} (${expected}) in ${DOC}`,
        ]),
    ...(alert.severity === Number(severity)
      ? []
      : [`${alert.name} has the severity ${String(alert.severity)}, and ${severity} in ${DOC}`]),
    ...(toMilliseconds(alert.window) === Number(minutes) * 60_000
      ? []
      : [`${alert.name} looks at ${String(alert.window)}, and ${minutes} minutes in ${DOC}`]),
  ];
}

const SECONDS: Readonly<Record<string, number>> = { minutes: 60, hours: 3600 };

/** `15 \`liveMinutes\` minutes` or a number, in the unit of the metric. */
function thresholdOf(above: string, measures: string, parameters: Parameters): number {
  const [, literal, name = '', unit = ''] = /^(?:(\d+)|`(\w+)` \(\d+\))(?: (\w+))?$/.exec(above) ?? [];
  const value = Number(literal ?? parameters[name]);
  const metric = Object.values(METRICS).find((each) => measures.includes(`\`${each.name}\``));
  return metric?.unit === 's' ? value * (SECONDS[unit] ?? Number.NaN) : value;
}

/** An alert that tells nobody is none. That alerts go to the group, the rule "resources" says. */
function missingReceivers(walkThrough: WalkThrough): readonly string[] {
  const group = resourcesOf(walkThrough, 'Microsoft.Insights/actionGroups')[0];
  const receivers = (at(group, 'properties.emailReceivers') ?? []) as readonly { emailAddress: string }[];
  const wanted = walkThrough.parameters['alertEmail'];
  return wanted === '' || receivers.some(({ emailAddress }) => emailAddress === wanted)
    ? []
    : [`alerts do not go to ${String(wanted)}`];
}
