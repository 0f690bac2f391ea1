import { METRICS } from '../../../src/telemetry/metric-table.ts';
import type { Rule } from '../check-infra.ts';

const NAMES: ReadonlySet<string> = new Set(Object.values(METRICS).map(({ name }) => name));
const NAMED = /"(blobmirror\.[a-z_.]*[a-z_])\\?"/g;
/** Alerts and the workbook. */
const PATHS = /^infra\/app\/.*\.(bicep|json)$/;

/** Alerts and the workbook ask for metrics that there are. */
export const metricsAreKnown: Rule = (_project, sources) =>
  [...sources]
    .filter(([path]) => PATHS.test(path))
    .flatMap(([path, text]) =>
      [...text.matchAll(NAMED)]
        .map(([, name = '']) => name)
        .filter((name) => !NAMES.has(name))
        .map((name) => ({ rule: 'metrics', path, message: `there is no metric ${name}` })),
    );
