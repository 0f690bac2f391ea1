import { expect, it } from 'vitest';
import { readSources } from '../../scripts/infra/sources.ts';
import { checkInfra } from './check-infra.ts';

it('nothing is wrong with what is deployed', async () => {
  const sources = await readSources(new URL('../../', import.meta.url));
  const findings = await checkInfra(sources);
  expect(findings.map(({ rule, path, message }) => `${path}: ${message} (${rule})`)).toEqual([]);
});
