import { BlobmirrorError, type ErrorCode } from '../model/errors.ts';
import type { Rejected } from '../events/parse-message.ts';
import type { Failure } from './settle-failure.ts';

/**
 * The parts of a message that gave no key, as failures: one for each code, so that a message of thousands of bad parts
 * is a dead letter or two, and not thousands. A letter of several parts holds them in an array, as they came.
 *
 * @param isAll whether the message holds nothing else
 */
export function rejectedParts(rejected: readonly Rejected[], isAll: boolean): readonly Failure[] {
  const byCode = new Map<ErrorCode, Rejected[]>();
  for (const each of rejected) {
    const alike = byCode.get(each.error.code);
    if (alike === undefined) byCode.set(each.error.code, [each]);
    else alike.push(each);
  }
  return [...byCode.values()].map((alike) => toFailure(alike, isAll && byCode.size === 1));
}

function toFailure(alike: readonly Rejected[], isAll: boolean): Failure {
  const [first] = alike;
  if (first === undefined) throw new RangeError('a failure is of one part at least');
  const { error, event, eventId } = first;
  const part = isAll ? '' : `/rejected-${error.code}`;
  if (alike.length === 1) return { error, event, part, about: { eventId } };
  const { code, context } = error;
  return {
    error: new BlobmirrorError(code, `${alike.length} parts of the message: ${error.message}`, { context }),
    event: alike.map((each) => each.event),
    part,
    about: { eventId, parts: alike.length },
  };
}
