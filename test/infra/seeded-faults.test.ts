import { beforeAll, describe, expect, it } from 'vitest';
import { readSources, type Sources } from '../../scripts/infra/sources.ts';
import { checkInfra } from './check-infra.ts';
import { ALERTS } from './faults/alerts.ts';
import { APP } from './faults/app.ts';
import { FILES } from './faults/files.ts';
import { RESOURCES } from './faults/resources.ts';

let sources: Sources;
beforeAll(async () => {
  sources = await readSources(new URL('../../', import.meta.url));
});

/** In what the compiler made, in the pages and in the files beside it: test/bicep/ has faults of the Bicep itself. */
const FAULTS = [...FILES, ...RESOURCES, ...ALERTS, ...APP];

describe('the check of infra/ finds', () => {
  // In a title, `$fault` would be cut off.
  it.each(FAULTS.map((fault) => [fault.fault, fault] as const))(
    '%s',
    async (_name, { path, from, to, rule, says }) => {
      const text = sources.get(path) ?? '';
      const changed = typeof from === 'string' ? text.replace(from, () => to) : text.replace(from, to);
      expect(changed, `${path} holds what is replaced`).not.toBe(text);
      const findings = await checkInfra(new Map([...sources, [path, changed]]), [rule]);
      expect(findings.map(({ message }) => message)).toContainEqual(expect.stringMatching(says));
    },
  );
});
