import type { Lock, MemoryMessage } from '../memory/memory-queue.ts';
import { type Call, isSettling } from '../simulation/call.ts';
import type { Scene } from './scene.ts';

/**
 * All that the future of a scene depends on, as a text. What a worker will do follows from what it has seen in its life,
 * since its code is the same each time. ETags are named by their first place in the text: their numbers tell nothing but
 * the order in which they were given.
 */
export function describeScene(scene: Scene): {
  readonly text: string;
  readonly rename: (move: string) => string;
} {
  const { source, backup, queue, network, workers, fullSync, budget, witness, now } = scene;
  const ofWorkers = workers
    .map(({ name, life, handling }) => {
      const locks = [...handling].map((lock) => [lock.message.messageId, queue.locks.has(lock)]);
      const pending = network.pending.filter((call) => call.life === life);
      const knows = onlySettles(scene, pending)
        ? pending.map((call) => call.name)
        : [life.seen, life.calls, pending.map(describePending)];
      return { name, knows: JSON.stringify([life.spared, locks, knows]) };
    })
    .toSorted((one, other) => (one.knows < other.knows ? -1 : one.knows > other.knows ? 1 : 0));
  const ranks = new Map(ofWorkers.map(({ name }, rank) => [name, `worker ${'ABC'[rank]}`]));
  const rename = (move: string): string => move.replaceAll(/worker \d+/g, (name) => ranks.get(name) ?? name);

  const contentOf = ({ containers }: typeof source) =>
    [...containers].map(([, { blobs }]) => [...blobs].toSorted(byPath));
  const isHeld = (lock: Lock): boolean => workers.some(({ handling }) => handling.has(lock));
  const waitsFor = (message: MemoryMessage): readonly string[] =>
    network.waitsFor(message).map((call) => rename(describeCall(call)));
  const state = JSON.stringify([
    now(),
    budget,
    contentOf(source),
    contentOf(backup),
    scene.kind === 'kept' && backup.kept(scene.container),
    ofWorkers.map(({ knows }) => knows),
    [...queue.ready].map(describeMessage).toSorted(),
    [...queue.scheduled]
      .map((message) => JSON.stringify([describeMessage(message), waitsFor(message)]))
      .toSorted(),
    [...queue.locks]
      .filter((lock) => !isHeld(lock))
      .map(({ message }) => describeMessage(message))
      .toSorted(),
    queue.dead.map(describeMessage).toSorted(),
    sendableAgain(queue).toSorted(),
    network.late.map((call) => rename(describeCall(call))).toSorted(),
    [
      fullSync.state,
      fullSync.state === 'under way' ? fullSync.life?.seen : undefined,
      network.pending.filter(({ life }) => life === fullSync.life).map(describePending),
    ],
    witness.remembered(),
  ]);
  const names = new Map<string, string>();
  const text = state.replaceAll(/0x[0-9A-F]+/g, (etag) => {
    const name = names.get(etag) ?? `e${names.size}`;
    names.set(etag, name);
    return name;
  });
  return { text: rankTimes(text), rename };
}

/** A worker that forgets everything between messages, and only has to settle one. */
function onlySettles({ kind, scope }: Scene, pending: readonly Call[]): boolean {
  return (
    (kind === 'flat' || scope.isShortLived === true) && pending.length === 1 && pending.every(isSettling)
  );
}

function describePending({ number, mayBeginLater }: Call): unknown {
  return mayBeginLater ? [number] : number;
}

/** The history goes by the order of its times, and not by what they are. */
function rankTimes(text: string): string {
  const pattern = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
  const times = [...new Set(text.match(pattern) ?? [])].toSorted();
  const ranks = new Map(times.map((time, rank) => [time, `t${rank}`]));
  return text.replaceAll(pattern, (time) => ranks.get(time) ?? time);
}

function byPath([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** Ids that were sent, as far as the chain that they belong to goes on: no other message sends them again. */
function sendableAgain({ seen, ready, scheduled, locks }: Scene['queue']): readonly string[] {
  const rootOf = (messageId: string): string => messageId.split('.')[0] ?? '';
  const waiting = [...ready, ...scheduled, ...[...locks].map(({ message }) => message)];
  const roots = new Set(waiting.map(({ messageId }) => rootOf(messageId)));
  return [...seen].filter((messageId) => roots.has(rootOf(messageId)));
}

function describeMessage(message: MemoryMessage): string {
  const { messageId, applicationProperties, delayMs, expires, deliveryCount } = message;
  // By the clock of this machine; only after a day would it make a difference.
  const { 'blobmirror-first-seen': _firstSeen, ...properties } = applicationProperties;
  return JSON.stringify([messageId, properties, delayMs, expires, deliveryCount]);
}

function describeCall({ life, number, name, key, seenBefore }: Call): string {
  return JSON.stringify([
    life.worker,
    number,
    name,
    key,
    life.over ? life.seen?.slice(0, seenBefore) : seenBefore,
  ]);
}
