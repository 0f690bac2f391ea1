import { keyText } from '../../src/model/key.ts';
import type { Lock, MemoryMessage } from '../memory/memory-queue.ts';
import { type Call, isOfQueue, isSettling, isWrite, type Life } from '../simulation/call.ts';
import { replayChoices } from '../simulation/choices.ts';
import type { Worker } from '../simulation/worker.ts';
import type { Move, Touch } from './explore.ts';
import { beginFullSync } from './full-sync.ts';
import type { Scene } from './scene.ts';

const changes = (what: string): Touch => ({ what, changes: true });
const reads = (what: string): Touch => ({ what, changes: false });
/** What the draws of `Network.fail` mean for a write: done with the answer lost, and cut off. */
const DONE = 1;
const CUT_OFF = 2;
/** The writes that are under way: what a message that is sent for later waits for. */
const UNDER_WAY = 'under way';

/**
 * Everything that can happen next. As in the simulation, a delayed message may come at any time, but for one that waits
 * for the longest request, which comes after all writes that were under way when it was sent.
 */
export function movesOf(scene: Scene): readonly Move[] {
  if (scene.scope.everyOrder === true)
    return allMoves(scene).map((move) => ({ ...move, touches: undefined }));
  return movesBeforeOthers(scene) ?? allMoves(scene);
}

function allMoves(scene: Scene): readonly Move[] {
  return [
    ...scene.network.pending.map((call) => toMove(call, scene)),
    ...deliveries(scene),
    ...acts(scene),
    ...fullSync(scene),
    ...ofQueue(scene),
    ...lateWrites(scene),
    ...faults(scene),
  ];
}

/**
 * Moves that make no difference to all others, nor others to them: every history has its like in which one of them comes
 * next (a persistent set).
 *
 * - A worker settles a message: it does so, or crashes, or has lost the message.
 * - A worker reads the source, which no user changes any more. If it crashes, it might as well do so after the answer.
 */
function movesBeforeOthers(scene: Scene): readonly Move[] | undefined {
  const { network, scope, budget } = scene;
  if (scope.concurrency > 1) return undefined;
  const comesFirst = (call: Call): boolean => isSettling(call) || (budget.acts === 0 && readsSource(call));
  // The same one in whatever order the calls were made.
  const [call] = network.pending
    .filter(comesFirst)
    .toSorted((one, other) => (knownTo(one.life) < knownTo(other.life) ? -1 : 1));
  if (call === undefined) return undefined;
  const move = toMove(call, scene);
  if (isSettling(call)) return [move, ...faults(scene, call.life)];
  const act = (): void => {
    // The answer might have come later, and the write that follows it, too: no delayed message waits for that write.
    call.life.isAhead = call.name.startsWith('sourceaccount.') || call.mayBeginLater;
    network.answer(call);
  };
  return [{ ...move, act }];
}

function readsSource({ name }: Call): boolean {
  return name.startsWith('sourceaccount.') || name === 'backupaccount.copy-read';
}

function knownTo({ seen, spared }: Life): string {
  return JSON.stringify([seen, spared]);
}

/** Its place in the life of its worker is the same in every order of what others do. */
function nameOf({ life, number, name, key }: Call): string {
  return `${life.worker} ${number}: ${name}${key === undefined ? '' : ` ${keyText(key)}`}`;
}

function toMove(call: Call, { network }: Scene): Move {
  const act = (): void => {
    call.life.isAhead = false;
    network.answer(call);
  };
  return { name: nameOf(call), touches: touchesOf(call), isFault: false, act };
}

/** The call goes on: its worker may begin a write after it, which a delayed message that is sent later waits for. */
function touchesOf(call: Call): readonly Touch[] {
  const worker = [changes(call.life.worker), reads(UNDER_WAY)];
  if (isOfQueue(call))
    return [
      changes(call.life.worker),
      call.name === 'queue.sendLater' ? changes(UNDER_WAY) : reads(UNDER_WAY),
    ];
  if (readsSource(call)) return [...worker, reads('source')];
  if (isWrite(call)) return [...worker, changes('backup')];
  if (call.name === 'backupaccount.compare') return [...worker, reads('source'), reads('backup')];
  return [...worker, reads('backup')];
}

function deliveries({ queue, workers, scope, tell }: Scene): readonly Move[] {
  const free = workers.filter(({ handling }) => handling.size < scope.concurrency);
  // Workers that know nothing are the same: the first of them stands for all.
  const isNew = ({ life, handling }: Worker): boolean => life.seen?.length === 0 && handling.size === 0;
  const first = free.find(isNew);
  return free
    .filter((worker) => !isNew(worker) || worker === first)
    .flatMap((worker) =>
      [...queue.ready].map((message) => ({
        name: `${message.messageId} to ${worker.name}`,
        touches: [changes(worker.name), reads(UNDER_WAY), changes(messageOf(message))],
        isFault: false,
        act: () => {
          tell?.('the queue', `hands ${message.messageId} to ${worker.name}`);
          worker.deliver(message);
        },
      })),
    );
}

function messageOf({ messageId }: MemoryMessage): string {
  return `message ${messageId}`;
}

function acts(scene: Scene): readonly Move[] {
  const { scope, budget } = scene;
  const next = scope.acts[scope.acts.length - budget.acts];
  if (next === undefined) return [];
  const act = (): void => {
    budget.acts--;
    next.act(scene, `v${scope.acts.length - budget.acts}`);
  };
  // Whether the backup may lose a version hangs on what the source has at that moment.
  return [
    {
      name: `a user ${next.what}`,
      touches: [changes('user'), changes('source'), reads('backup')],
      isFault: false,
      act,
    },
  ];
}

function fullSync(scene: Scene): readonly Move[] {
  if (scene.fullSync.state !== 'not begun') return [];
  const act = (): void => beginFullSync(scene);
  return [
    { name: 'a full sync begins', touches: [changes('full sync'), reads(UNDER_WAY)], isFault: false, act },
  ];
}

function ofQueue(scene: Scene): readonly Move[] {
  const { queue, network, workers, tell } = scene;
  const isHeld = (lock: Lock): boolean => workers.some(({ handling }) => handling.has(lock));
  return [
    ...[...queue.scheduled]
      .filter((message) => network.isDue(message))
      .map((message) => ({
        name: `${message.messageId} is due`,
        touches: [changes(messageOf(message)), changes(UNDER_WAY)],
        isFault: false,
        act: () => {
          tell?.('the queue', `lets ${message.messageId} in: its delay is over`);
          queue.enqueue(message);
        },
      })),
    ...[...queue.locks]
      .filter((lock) => !isHeld(lock))
      .map((lock) => ({
        name: `${lock.message.messageId} is unlocked`,
        touches: [changes(messageOf(lock.message))],
        isFault: false,
        act: () => {
          tell?.('the queue', `has ${lock.message.messageId} again: its lock has expired`);
          queue.release(lock);
        },
      })),
    ...[...queue.ready]
      .filter(({ expires }) => expires)
      .map((message) => ({
        name: `${message.messageId} expires`,
        touches: [changes(messageOf(message))],
        isFault: false,
        act: () => {
          tell?.('the queue', `moves ${message.messageId} to the dead-letter queue`);
          queue.expire(message);
        },
      })),
  ];
}

function lateWrites({ network }: Scene): readonly Move[] {
  return network.late.flatMap((call) =>
    [true, false].map((commits) => ({
      name: `late ${nameOf(call)} ${commits ? 'commits' : 'is dropped'}`,
      touches: [changes(nameOf(call)), changes('backup'), changes(UNDER_WAY)],
      isFault: false,
      act: () => network.finishLate(call, commits),
    })),
  );
}

/**
 * A worker that has lost a lock meets no further fault: see the faults of the simulation.
 *
 * @param only those of this life
 */
function faults({ network, workers, queue, budget, tell }: Scene, only?: Life): readonly Move[] {
  const mayFail = (life: Life): boolean => only === undefined || life === only;
  const open = network.pending.filter(({ life }) => !life.spared && mayFail(life));
  const held = workers
    .filter(({ life }) => mayFail(life))
    .flatMap((worker) =>
      [...worker.handling].filter((lock) => queue.locks.has(lock)).map((lock) => ({ lock, worker })),
    );
  const found: Move[] = [];
  const offer = (
    kind: keyof typeof budget,
    name: string,
    touches: readonly Touch[],
    act: () => void,
  ): void => {
    const once = (): void => {
      budget[kind]--;
      act();
    };
    if (budget[kind] > 0)
      found.push({ name, touches: [...touches, changes('faults')], isFault: true, act: once });
  };
  for (const call of open.filter(isWrite)) {
    const touches = [...touchesOf(call), changes(UNDER_WAY)];
    offer('unknowns', `${nameOf(call)} done, answer lost`, touches, () =>
      network.fail(call, replayChoices([DONE])),
    );
    offer('unknowns', `${nameOf(call)} cut off`, touches, () => network.fail(call, replayChoices([CUT_OFF])));
  }
  for (const worker of workers.filter(({ life }) => open.some((call) => call.life === life)))
    offer('crashes', `${worker.name} crashes`, [changes(worker.name), changes(UNDER_WAY)], () => {
      tell?.(worker.name, 'crashes');
      worker.crash();
    });
  for (const { lock, worker } of held)
    offer(
      'redeliveries',
      `${lock.message.messageId} again`,
      [changes(worker.name), changes(messageOf(lock.message))],
      () => {
        tell?.('the queue', `has ${lock.message.messageId} again: ${worker.name} lost its lock`);
        queue.release(lock);
        worker.spare();
      },
    );
  return found;
}
