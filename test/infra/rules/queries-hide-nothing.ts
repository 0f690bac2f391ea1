import { AGE_BUCKETS } from '../../../src/status/read-waiting.ts';
import { at, resourcesOf } from '../deployment/walk-through.ts';
import { eachWalkThrough, type Rule } from '../rule.ts';

const DOC = 'docs/operations.md';
/** Who has a rule of its own is named by the page, and left out of the alerts on health. */
const LEFT_OUT = /left out are ((?:`[\w-]+`(?:, | and )?)+), which have rules of their own/;
/** Backlog is what waits for longer than half an hour. */
const OLD = AGE_BUCKETS.slice(AGE_BUCKETS.indexOf('30 min-2 h'));

const listOf = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(', ');
const isMetric = (what: string, summary: string): readonly string[] => [
  'AppMetrics',
  `where Name ${what}`,
  summary,
];
const problemsOf = (severity: string, ...more: readonly string[]): readonly string[] => [
  'AppMetrics',
  'where Name == "blobmirror.health.problems"',
  `where tostring(Properties.severity) == "${severity}"`,
  'extend Code = tostring(Properties.code)',
  ...more,
  'summarize Problems = max(Max) by Code',
];

/** The steps of the query of each alert. One step more, or another one, may hide what the alert is for. */
const stepsOf = (leftOut: readonly string[]): Readonly<Record<string, readonly string[]>> => ({
  'recovery-point-live': isMetric('== "blobmirror.recovery.live.age"', 'summarize Age = min(Min)'),
  'recovery-point-proven': isMetric('== "blobmirror.recovery.proven.age"', 'summarize Age = min(Min)'),
  backlog: [
    'AppMetrics',
    'where Name == "blobmirror.backlog.messages"',
    `where tostring(Properties.age) in (${listOf(OLD)})`,
    'summarize Waiting = max(Max)',
  ],
  silent: [
    ...isMetric('startswith "blobmirror."', 'summarize Figures = count()'),
    'extend Silent = iff(Figures == 0, 1, 0)',
  ],
  failures: ['AppRequests', 'where Success == false', 'summarize Failures = count()'],
  throttling: isMetric('== "blobmirror.throttles"', 'summarize Throttled = sum(Sum)'),
  'health-failing': problemsOf('failing', `where Code !in (${listOf(leftOut)})`),
  'health-warning': problemsOf('warning'),
});

/**
 * The query of each alert takes the steps that it is known for: no filter leaves out what the alert is for. The alerts on
 * health leave out what the page says, and alert for each code by itself.
 */
export const queriesHideNothing: Rule = (infra) => {
  const leftOut = [...(LEFT_OUT.exec(infra.sources.get(DOC) ?? '')?.[1] ?? '').matchAll(/[\w-]+/g)]
    .map(([code]) => code)
    .filter((word) => word !== 'and');
  const known = stepsOf(leftOut);
  return eachWalkThrough((walkThrough) =>
    resourcesOf(walkThrough, 'Microsoft.Insights/scheduledQueryRules').flatMap((alert) => {
      const steps = Object.entries(known).find(([name]) => alert.name.endsWith(`-${name}`))?.[1] ?? [];
      const criteria = at(alert, 'properties.criteria.allOf') as readonly {
        query: string;
        dimensions?: readonly { name: string }[];
      }[];
      return criteria.flatMap(({ query, dimensions = [] }) => {
        const split = /summarize .* by (\w+)/.exec(query)?.[1] ?? '';
        return [
          ...(query === steps.join(' | ')
            ? []
            : [`${alert.name} asks ${query}, and test/infra/rules/ knows it by ${steps.join(' | ')}`]),
          ...(dimensions.map(({ name }) => name).join() === split
            ? []
            : [`${alert.name} does not alert for each ${split} by itself`]),
        ];
      });
    }),
  )(infra);
};
