import { expect, it } from 'vitest';
import { readSources } from '../../scripts/infra/sources.ts';
import { checkInfra } from './check-infra.ts';
import type { Finding } from './rule.ts';

it('nothing is wrong with what is deployed', async () => {
  const sources = await readSources(new URL('../../', import.meta.url));
  const findings = await checkInfra(sources);
  expect(grouped(findings)).toEqual([]);
});

/** One line a fault: most show in every walk-through. */
function grouped(findings: readonly Finding[]): readonly string[] {
  return [...Map.groupBy(findings, ({ rule, message }) => `${message} (${rule})`)].map(([text, all]) => {
    const more = all.length > 1 ? ` and ${all.length - 1} more` : '';
    return `${all[0]?.path}${more}: ${text}`;
  });
}
