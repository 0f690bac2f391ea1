import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { TIME_BUDGETS } from '../../src/concurrency/time-budget.ts';
import { readCopySettings } from '../../src/config/copy-settings.ts';

/** A request to the queue may last 30 s and is made twice: the last one of a retry may begin at its end. */
const SEND = 60_000;

const read = async (path: string): Promise<string> =>
  await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Milliseconds of `hh:mm:ss`. */
function toMs(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return 1000 * (3600 * hours + 60 * minutes + seconds);
}

it.each<[string, readonly (keyof typeof TIME_BUDGETS)[]]>([
  ['a message of an event that waits for its key and copies a large blob', ['prelude', 'copy', 'copyGrace']],
  ['a slice of a full sync, and a request at its end', ['slice', 'answer']],
  ['a message that leaves a key out of the backup', ['prelude', 'answer', 'record', 'sendRetry']],
  ['a check of the keys on record', ['prelude', 'answer', 'record']],
  ['a removal of a directory that leaves keys', ['prelude', 'directorySearch', 'trash', 'record', 'answer']],
  ['a removal of a directory', ['prelude', 'directorySearch', 'trash', 'answer']],
  ['a message that is held while mirroring is paused', ['pauseHold', 'answer']],
  ['the watch over dead letters', ['browse', 'replay', 'answer']],
  ['a redelivery of events', ['redeliver', 'sendRetry']],
  ['a message that waits at the gate of an account and cannot be settled', ['gate', 'answer', 'sendRetry']],
])('%s fits the shortest time that a plan gives a function', (_, units) => {
  const sum = units.reduce((total, unit) => total + TIME_BUDGETS[unit], 0);
  expect(sum).toBeLessThanOrEqual(TIME_BUDGETS.shortestFunction);
});

it('a replay over HTTP is answered before the load balancer ends the request', () => {
  expect(TIME_BUDGETS.deadLetterRequest).toBeLessThan(TIME_BUDGETS.httpRequest);
});

it('host.json gives a function its time with what a failing record and queue add, and renews its lock for longer', async () => {
  const host = JSON.parse(await read('host.json')) as {
    functionTimeout: string;
    extensions: { serviceBus: { maxAutoLockRenewalDuration: string } };
  };
  const functionTimeout = toMs(host.functionTimeout);
  // A message that copies a large blob, and before that left another key out of the backup.
  const longest = TIME_BUDGETS.shortestFunction + TIME_BUDGETS.record + TIME_BUDGETS.sendRetry + SEND;
  expect(functionTimeout).toBeGreaterThanOrEqual(longest);
  expect(toMs(host.extensions.serviceBus.maxAutoLockRenewalDuration)).toBeGreaterThan(functionTimeout);
});

it('the locks of the queues last long enough to be renewed, as long as Service Bus allows', async () => {
  const [, minutes = ''] = /lockDuration: 'PT(\d+)M'/.exec(await read('infra/app/service-bus.bicep')) ?? [];
  expect(60_000 * Number(minutes)).toBe(300_000);
  expect(60_000 * Number(minutes)).toBeGreaterThan(TIME_BUDGETS.answer + SEND);
});

it('is the default of the settings', () => {
  expect(readCopySettings({}).budgetMs).toBe(TIME_BUDGETS.copy);
});
