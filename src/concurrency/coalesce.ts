import { BlobmirrorError } from '../model/errors.ts';
import { type Key, keyText } from '../model/key.ts';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';
import { TIME_BUDGETS } from './time-budget.ts';

interface KeyRun<Result> {
  readonly current: Promise<Result>;
  next: { readonly result: Promise<Result>; since: Date | undefined } | undefined;
}

/**
 * Concurrent converges of one key inside one process share a run: a call that arrives during a run causes
 * exactly one more run, however many such calls there are, since a reading that began before the call may be
 * too old for it. A caller waits for a run no longer than `TIME_BUDGETS.prelude`.
 *
 * Each call may require a reading that began no earlier than a given time; a shared run uses the latest of
 * these, or none if one call gives none.
 *
 * The calls reject with the error of `run`, or with `race-lost` after waiting too long.
 */
export function coalesceByKey<Result>(
  run: (key: Key, since?: Date) => Promise<Result>,
  clock: SteadyClock = systemSteadyClock,
): (key: Key, since?: Date) => Promise<Result> {
  const flights = new Map<string, KeyRun<Result>>();

  function start(id: string, key: Key, since: Date | undefined): Promise<Result> {
    const flight: KeyRun<Result> = { current: run(key, since), next: undefined };
    flights.set(id, flight);
    const land = (): void => {
      if (flight.next === undefined) flights.delete(id);
    };
    flight.current.then(land, land);
    return flight.current;
  }

  function follow(flight: KeyRun<Result>, id: string, key: Key): Promise<Result> {
    return new Promise((resolve, reject) => {
      let waiting = true;
      const stopWaiting = clock.after(TIME_BUDGETS.prelude, () => {
        waiting = false;
        flight.next = undefined;
        reject(new BlobmirrorError('race-lost', `${id} is still being mirrored for another message`));
      });
      const restart = (): void => {
        stopWaiting();
        if (waiting) resolve(start(id, key, flight.next?.since));
      };
      flight.current.then(restart, restart);
    });
  }

  return (key, since) => {
    const id = keyText(key);
    const flight = flights.get(id);
    if (flight === undefined) return start(id, key, since);
    if (flight.next === undefined) flight.next = { result: follow(flight, id, key), since };
    else flight.next.since = latest(flight.next.since, since);
    return flight.next.result;
  };
}

function latest(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return undefined;
  return one > other ? one : other;
}

/** A result is shared for at least this long, and longer if it took long to get. */
const LEAST_MS = 1000;
const MAX_MS = 30_000;
const TIMES_AS_LONG = 4;

/**
 * Concurrent calls share one result, and so do later calls for a while: a second, or four times as long as
 * the call took. A failure is shared only by the calls that waited for it.
 */
export function coalesceBriefly<Result>(
  call: () => Promise<Result>,
  clock: () => number = () => performance.now(),
): () => Promise<Result> {
  let flight: Promise<Result> | undefined;
  let freshUntil = -Infinity;
  return async () => {
    if (flight !== undefined && clock() < freshUntil) return await flight;
    const started = clock();
    freshUntil = Infinity;
    flight = call().finally(() => {
      const took = clock() - started;
      freshUntil = clock() + Math.min(MAX_MS, Math.max(LEAST_MS, TIMES_AS_LONG * took));
    });
    flight.catch(() => (freshUntil = -Infinity));
    return await flight;
  };
}

/** A value that is made at the first call, and shared. A failure is not kept: the next call makes it anew. */
export function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return async () => {
    const making = (made ??= make());
    try {
      return await making;
    } catch (thrown) {
      if (made === making) made = undefined;
      throw thrown;
    }
  };
}
