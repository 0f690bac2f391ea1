import { loadRheaInternals, type RheaDelivery, type RheaDeliveryBuffer } from './rhea-internals.ts';

const patched = new WeakSet<RheaDeliveryBuffer>();

/**
 * Frees the place of every settled delivery at once, even when earlier ones are unsettled.
 *
 * rhea keeps 2,048 deliveries per session and direction in a ring that it frees from the head only: one slow
 * handler stops a receiver 2,048 messages later, however many of those are settled. With the patch the limit
 * is 2,048 unsettled deliveries, far above any reasonable concurrency.
 *
 * Idempotent. Call before the first connection. Throws when rhea's internals are not as expected.
 */
export function patchRheaWindow(): void {
  for (const { deliveryBuffer } of loadRheaInternals()) {
    if (patched.has(deliveryBuffer)) continue;
    patched.add(deliveryBuffer);
    Object.assign(deliveryBuffer, freeingMethods);
  }
}

const slotsOf = new WeakMap<RheaDeliveryBuffer, Map<number, RheaDelivery>>();

function slots(buffer: RheaDeliveryBuffer): Map<number, RheaDelivery> {
  let found = slotsOf.get(buffer);
  if (found === undefined) {
    found = new Map();
    slotsOf.set(buffer, found);
  }
  return found;
}

/**
 * The ring's methods on a map in order of arrival. A scan visits only unsettled or just settled deliveries.
 */
const freeingMethods = {
  push(this: RheaDeliveryBuffer, delivery: RheaDelivery): void {
    if (this.size >= this.capacity) {
      throw new Error(`more than ${this.capacity} unsettled deliveries in one session`);
    }
    slots(this).set(delivery.id, delivery);
    this.size = slots(this).size;
  },

  pop_if(this: RheaDeliveryBuffer, done: (delivery: RheaDelivery) => boolean): number {
    const held = slots(this);
    for (const [id, delivery] of held) {
      if (done(delivery)) held.delete(id);
    }
    const freed = this.size - held.size;
    this.size = held.size;
    return freed;
  },

  by_id(this: RheaDeliveryBuffer, id: number): RheaDelivery | undefined {
    return slots(this).get(id);
  },
};
