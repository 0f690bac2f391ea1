import type { Policy } from '../mirror/policy.ts';
import type { Prefix } from '../model/prefix.ts';
import { isInStep } from './in-step.ts';
import { comesBefore, comesBeforeInTree } from '../model/listing-order.ts';
import { type Drawn, nominate, type NominateOptions, type Nominee } from './nominate.ts';
import type { Sides } from './sides.ts';

/**
 * Nominates the keys of the scope beneath a prefix, from where an earlier call was stopped. What lies outside the scope
 * is nominated for nothing, whichever side it is on.
 */
export async function* nominatePrefix(
  sides: Sides,
  { container, path }: Prefix,
  from?: Drawn,
  mustStop?: () => boolean,
): AsyncGenerator<Nominee, Drawn | undefined, void> {
  const { source, backup, scope } = sides;
  const range = { prefix: path, ...toDetails(sides) };
  const nominees = nominate(
    source.listBlobs(container, { ...range, after: from?.source, marker: from?.markers?.source }),
    backup.listBlobs(container, { ...range, after: from?.backup, marker: from?.markers?.backup }),
    {
      ...toComparison(sides),
      ...(from !== undefined && { from }),
      ...(mustStop !== undefined && { mustStop }),
    },
  );
  for (;;) {
    const next = await nominees.next();
    if (next.done) return next.value;
    if (scope.includes({ container, path: next.value.path })) yield next.value;
  }
}

/** What the listings are asked for beyond what they always tell. */
export function toDetails({ policy, hierarchical }: Sides): { access: boolean; tags: boolean } {
  return {
    access: hierarchical && policy.acl === 'mirror',
    tags: !hierarchical && policy.tags === 'mirror',
  };
}

/** How two entries are compared, and what order they are thought to have. */
export function toComparison({
  policy,
  hierarchical,
}: Sides): Pick<NominateOptions, 'isInStep' | 'byBytes' | 'isBefore'> {
  // A flat account has no access to compare, and that it has none is read out of the page for every entry.
  const compared: Policy = hierarchical ? policy : { ...policy, acl: 'off' };
  return {
    isInStep: (one, other) => isInStep(one, other, compared),
    ...(compared.tier === 'same' &&
      compared.tags === 'off' && { byBytes: { access: compared.acl === 'mirror' } }),
    isBefore: hierarchical ? comesBeforeInTree : comesBefore,
  };
}
