import type { Difference } from '../../src/api/difference.ts';
import { createScope } from '../../src/model/scope.ts';
import type { AccountInspector } from '../../src/ports/account-inspector.ts';
import type { VerificationCounts, Verification } from '../../src/verify/verification.ts';
import { verify } from '../../src/verify/verify.ts';
import { POLICY } from '../support/memory-pair.ts';

export interface Findings {
  /** By `container` or `container/path`. */
  readonly differences: ReadonlyMap<string, readonly Difference[]>;
  readonly stillMoving: readonly string[];
  readonly tally: VerificationCounts;
}

/** Verifies two accounts as `task` says; without it, everything but the bytes, and nothing is waited for. */
export async function collectFindings(
  sides: { readonly source: AccountInspector; readonly backup: AccountInspector },
  task: Partial<Verification> = {},
): Promise<Findings> {
  const differences = new Map<string, Difference[]>();
  const stillMoving: string[] = [];
  const tally = await verify({
    ...sides,
    scope: createScope(sides.source.account),
    policy: POLICY,
    containers: undefined,
    prefix: '',
    content: 'md5',
    settleMs: 0,
    found: ({ container, path }, difference) => {
      const place = path === undefined ? container : `${container}/${path}`;
      differences.set(place, [...(differences.get(place) ?? []), difference]);
    },
    stillMoving: ({ container, path }) => stillMoving.push(`${container}/${path}`),
    ...task,
  });
  return { differences, stillMoving, tally };
}

/** What was found, as `name` or `name of the thing`, in order. */
export function names({ differences }: Findings, place: string): string[] {
  return (differences.get(place) ?? [])
    .map(({ difference, name }) => (name === undefined ? difference : `${difference} ${name}`))
    .toSorted();
}
