import { type Key, keyText } from '../model/key.js';

/**
 * Concurrent converges of one key inside one process share a flight: a call that arrives during a flight makes it run
 * once more, however many such calls there are, since a reading that began before the call may be too old for it.
 */
export function shareFlights<Result>(run: (key: Key) => Promise<Result>): (key: Key) => Promise<Result> {
  const flights = new Map<string, { current: Promise<Result>; next: Promise<Result> | undefined }>();

  function start(id: string, key: Key): Promise<Result> {
    const flight = { current: run(key), next: undefined as Promise<Result> | undefined };
    flights.set(id, flight);
    const land = (): void => {
      if (flight.next === undefined) flights.delete(id);
    };
    flight.current.then(land, land);
    return flight.current;
  }

  return (key) => {
    const id = keyText(key);
    const flight = flights.get(id);
    if (flight === undefined) return start(id, key);
    const restart = (): Promise<Result> => start(id, key);
    flight.next ??= flight.current.then(restart, restart);
    return flight.next;
  };
}
