import type { KeyDecision, KeyVerdict } from '../api/shown-key.ts';
import type { Difference } from '../api/difference.ts';
import { skipHintOf } from '../api/skip-hints.ts';
import type { Decision } from '../mirror/decision.ts';
import type { KeyComparison } from '../verify/compare-key.ts';

/** What the two sides say of a key. */
export interface KeyEvidence {
  /** Its container, by the name at the source. */
  readonly container: string;
  readonly isAbsent: boolean;
  readonly decision: Decision;
  readonly comparison: KeyComparison;
}

/** What each decision would do, as the end of a sentence. */
const ACTIONS: Readonly<Record<Decision['action'], string>> = {
  nothing: 'a check changes nothing',
  copy: 'a check copies it',
  replace: 'a check secures the new version and puts it in the place of what cannot be overwritten',
  'delete-other-kind': 'a check deletes the file that is in the place of a directory',
  restamp: 'a check renews its stamp',
  'set-tier': 'a check sets its tier',
  'compare-tags': 'a check compares its tags, and sets them where they differ',
  wait: 'a copy of this version is under way',
  delete: 'a check deletes it from the backup',
  'set-access': 'a check sets its access',
  'make-directory': 'a check creates the directory',
  'set-directory-metadata': 'a check sets the metadata of the directory',
  'clear-directory': 'a check puts the file in the place of the directory',
  'remove-directory': 'a check deletes the directory from the backup',
  skip: 'a check leaves it as it is',
};

/** The judgement of a key of which both sides are known: by the mirror's own decision, and by what `verify` compares. */
export function judgeKey({ container, isAbsent, decision, comparison }: KeyEvidence): KeyVerdict {
  if (isAbsent) return { state: 'absent', detail: 'neither account has it' };
  switch (comparison.kind) {
    case 'equal':
      return {
        state: 'in-step',
        detail: comparison.contentProven
          ? 'nothing differs'
          : 'nothing differs; the content was not compared, since a side has no MD5',
      };
    case 'moving':
      return { state: 'differs', detail: 'a copy of this version is under way' };
    case 'kept':
      return { state: 'in-step', detail: 'the source has none, and the settings keep it on the backup' };
    case 'replica':
      return { state: 'not-mirrored', detail: 'it was mirrored from the backup account' };
    case 'differs':
      return differs(comparison.differences, decision, container);
  }
}

function differs(differences: readonly Difference[], decision: Decision, container: string): KeyVerdict {
  const names = namesOf(differences);
  if (decision.action === 'skip') {
    const { reason } = decision;
    return {
      state: 'differs',
      detail: `${names}; ${ACTIONS.skip} (${reason})`,
      reason,
      hint: skipHintOf(reason, [container]),
    };
  }
  if (decision.action !== 'nothing')
    return { state: 'differs', detail: `${names}; ${ACTIONS[decision.action]}` };
  return {
    state: 'differs',
    detail: `${names}; ${ACTIONS.nothing}, since the stamp names the version of the source`,
    hint: 'Something else changed the backup. Delete the blob there and start a full sync, which copies it again.',
  };
}

function namesOf(differences: readonly Difference[]): string {
  const names = differences.map(({ difference, name }) =>
    name === undefined ? difference : `${difference} ${JSON.stringify(name)}`,
  );
  return [...new Set(names)].join(', ');
}

export function toKeyDecision(decision: Decision): KeyDecision {
  return { action: decision.action, ...(decision.action === 'skip' && { reason: decision.reason }) };
}
