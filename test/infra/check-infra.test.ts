import { expect, it } from 'vitest';
import { checkInfra } from '../../scripts/infra/check-infra.ts';
import { findingText } from '../../scripts/infra/finding.ts';
import { readSources } from '../../scripts/infra/sources.ts';

const root = new URL('../../', import.meta.url);

it('nothing is wrong with what is deployed', async () => {
  const sources = await readSources(root);
  expect(sources.size).toBeGreaterThan(20);
  expect((await checkInfra(sources)).map(findingText)).toEqual([]);
});
