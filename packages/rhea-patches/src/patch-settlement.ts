import {
  loadRheaInternals,
  type RheaDelivery,
  type RheaDirection,
  type RheaInternals,
  type RheaOutcome,
} from './rhea-internals.ts';

const patched = new WeakSet<RheaDirection>();

/** The descriptor code of the outcome `accepted` (AMQP 1.0, part 3, 3.4.2). */
const ACCEPTED = 0x24;

/**
 * Makes rhea settle every message with its own outcome.
 *
 * rhea gathers the settlements of one tick and writes neighbours as one range, without comparing their
 * outcomes (session.js, write_dispositions, 3.0.5), so `[complete, dead-letter]` in one tick completes both.
 * The patch keeps rhea from holding two outcomes at once: before a settlement that cannot join the waiting
 * range, that range is written.
 *
 * Idempotent. Call before the first connection of `@azure/service-bus` or of the broker. Throws when rhea's
 * internals are not as expected.
 */
export function patchRheaSettlement(): void {
  for (const internals of loadRheaInternals()) {
    patchDirection(internals, internals.incoming, 'incoming', 'updated');
    patchDirection(internals, internals.outgoing, 'outgoing', 'pending_dispositions');
  }
}

function patchDirection(
  internals: RheaInternals,
  direction: RheaDirection,
  name: 'incoming' | 'outgoing',
  queue: 'updated' | 'pending_dispositions',
): void {
  if (patched.has(direction)) return;
  patched.add(direction);
  const { update } = direction;
  direction.update = function updateApart(delivery, settled, state) {
    const { session } = delivery.link;
    // After a reconnect or a close the ids belong to another session: then rhea drops them, as without the
    // patch.
    if (session[name] === this && session.is_open() && !joins(this[queue], delivery, settled, state)) {
      writeRange(internals, this[queue]);
      this[queue] = [];
    }
    update.call(this, delivery, settled, state);
  };
}

/**
 * Whether the settlement may share one disposition frame with all waiting ones: accepted like them, and next
 * in order.
 */
function joins(
  waiting: readonly RheaDelivery[],
  delivery: RheaDelivery,
  settled: boolean,
  state: RheaOutcome | undefined,
): boolean {
  const last = waiting.at(-1);
  if (last === undefined) return true;
  return (
    last.link === delivery.link &&
    last.id + 1 === delivery.id &&
    last.settled === settled &&
    isAccepted(last.state) &&
    isAccepted(state ?? delivery.state)
  );
}

function isAccepted(state: RheaOutcome | undefined): boolean {
  return Number(state?.descriptor.value) === ACCEPTED;
}

function writeRange(internals: RheaInternals, range: readonly RheaDelivery[]): void {
  const first = range[0];
  const last = range.at(-1);
  if (first === undefined || last === undefined) return;
  first.link.session.output(
    internals.createDisposition({
      role: first.link.is_receiver(),
      first: first.id,
      last: last.id,
      state: first.state,
      settled: first.settled,
    }),
  );
}
