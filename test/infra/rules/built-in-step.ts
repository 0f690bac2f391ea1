import type { Rule } from '../rule.ts';
import { BUILT, type Built, digestsOf } from '../../../scripts/infra/sources.ts';

/** azuredeploy.json and the snapshots belong to the sources: none was changed since the compiler read and wrote them. */
export const builtInStep: Rule = ({ sources }) => {
  const { digests } = JSON.parse(sources.get(BUILT) ?? '{"digests": {}}') as Built;
  const present = digestsOf(sources);
  const paths = new Set([...Object.keys(digests), ...Object.keys(present)]);
  return [
    ...[...paths]
      .filter((path) => digests[path] !== present[path])
      .map((path) => [path, 'was changed since the compiler ran: run "npm run infra:build"'] as const),
    ...[...sources.keys()]
      .filter((path) => path.endsWith('.snapshot.json'))
      .filter((path) => !sources.has(path.replace(/snapshot\.json$/, 'bicepparam')))
      .map((path) => [path, 'is the snapshot of no file: remove it'] as const),
  ];
};
