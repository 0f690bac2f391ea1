import { expect, it } from 'vitest';
import { redeliverEvents } from '../../src/deadletter/redeliver-events.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

it('a blob of undelivered events that is larger than any that Event Grid writes is set aside unread', async () => {
  const acts: string[] = [];
  const blob = (name: string, bytes: number, isSetAside = false) => ({
    name,
    bytes,
    version: '1',
    isSetAside,
  });
  const act = async (what: string): Promise<undefined> => {
    await Promise.resolve();
    acts.push(what);
    return undefined;
  };
  await redeliverEvents({
    undelivered: {
      list: async function* () {
        yield await Promise.resolve([
          blob('huge', 16 * 1024 * 1024 + 1),
          blob('usual', 100),
          blob('old', 1, true),
        ]);
      },
      read: async ({ name }) => await act(`read ${name}`),
      remove: async ({ name }) => await act(`removed ${name}`),
      setAside: async ({ name }) => await act(`set aside ${name}`),
    },
    queue: {
      sendLater: async () => await act('sent'),
      deadLetter: async () => await act('buried'),
    },
    log: createSilentLogger(),
    signal: new AbortController().signal,
  });
  expect(acts).toEqual(['set aside huge', 'read usual']);
});
