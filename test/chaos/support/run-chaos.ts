/**
 * All faults at once, on the real parts: worker processes, storage, Service Bus, Event Grid, and a bad
 * network in between. It causes the faults and returns the result; the tests say what must hold.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSeededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { waitUntil } from '../../e2e/support/wait-until.ts';
import { CALM, WEATHERS } from './fault.ts';
import { MortalWorker } from './mortal-worker.ts';
import { startWorld, type World } from './start-world.ts';
import type { FaultProxy } from './start-fault-proxy.ts';
import { type Deeds, writeStorm } from './write-storm.ts';

export interface ChaosPlan {
  readonly seed: number;
  /** How long users write and faults happen. */
  readonly stormMs: number;
  /** How long each of the two workers lives: the shortest and the longest time. */
  readonly livesMs: readonly [Span, Span];
  readonly brokerRestartsMs: Span;
  readonly weathersMs: Span;
}

/** Milliseconds from and to. */
type Span = readonly [number, number];

export interface Chaos {
  readonly world: World;
  readonly workers: readonly MortalWorker[];
  readonly deeds: Deeds;
  /** Kills of a worker during copies. */
  killsInCopies: number;
}

/** Enough messages for two workers; more would only delay the end. */
const MAX_MESSAGES = 300;
const MEMORY_EVERY_MS = 500;
const COPY_WITHIN_MS = 2000;
/** Milliseconds that the broker is down. */
const BROKER_AWAY: Span = [50, 1000];

/** Resolves when users have done their last write and no more faults happen. */
export async function runChaos(
  plan: ChaosPlan,
  directory: string,
  onStart: (chaos: Chaos) => void,
): Promise<void> {
  const world = await startWorld(plan.seed, directory);
  const workers = await Promise.all(plan.livesMs.map(async () => await MortalWorker.start(world.readyFile)));
  const chaos: Chaos = { world, workers, deeds: new Map(), killsInCopies: 0 };
  onStart(chaos);

  const over = AbortSignal.timeout(plan.stormMs);
  /** Each kind of fault has its own random numbers, so that none depends on the others' progress. */
  const random = (trouble: number): SeededRandom => createSeededRandom(plan.seed + 100 * trouble);
  const memory = setInterval(() => workers.forEach((worker) => worker.lookAtMemory()), MEMORY_EVERY_MS);
  try {
    await Promise.all([
      writeStorm(
        {
          seed: plan.seed,
          source: world.accounts.source,
          witness: world.witness,
          over,
          isBehind: () => world.broker.counts().active > MAX_MESSAGES,
        },
        chaos.deeds,
      ),
      changeWeather(world.proxies.source, plan.weathersMs, random(1), over),
      changeWeather(world.proxies.backup, plan.weathersMs, random(2), over),
      ...workers.map(
        async (worker, i) =>
          await killAgainAndAgain(chaos, worker, plan.livesMs[i] ?? plan.livesMs[0], random(3 + i), over),
      ),
      restartBroker(world, plan.brokerRestartsMs, random(5), over),
    ]);
    // Messages that a dead worker held are free at once, without waiting for their locks.
    await world.broker.restart(async () => await Promise.resolve());
  } finally {
    clearInterval(memory);
  }
}

async function changeWeather(
  proxy: FaultProxy,
  each: Span,
  random: SeededRandom,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    for (const weather of random.shuffle(WEATHERS)) {
      proxy.setWeather(weather);
      await pause(random, each, over);
      proxy.setWeather(CALM);
      await pause(random, each, over);
    }
  }
}

async function killAgainAndAgain(
  chaos: Chaos,
  worker: MortalWorker,
  life: Span,
  random: SeededRandom,
  over: AbortSignal,
): Promise<void> {
  const { backup } = chaos.world.proxies;
  await pause(random, life, over);
  while (!over.aborted) {
    await waitUntil('copies are under way', () => backup.copiesUnderWay > 0 || over.aborted, {
      within: COPY_WITHIN_MS,
      isPassing: true,
    }).catch(() => undefined);
    if (backup.copiesUnderWay > 0) chaos.killsInCopies++;
    await worker.killAndRestart();
    await pause(random, life, over);
  }
}

async function restartBroker(
  { broker }: World,
  each: Span,
  random: SeededRandom,
  over: AbortSignal,
): Promise<void> {
  await pause(random, each, over);
  while (!over.aborted) {
    await broker.restart(async () => await pause(random, BROKER_AWAY, over));
    await pause(random, each, over);
  }
}

async function pause(random: SeededRandom, [shortest, longest]: Span, over: AbortSignal): Promise<void> {
  const ms = shortest + random.share() * (longest - shortest);
  await sleep(ms, undefined, { signal: over }).catch(() => undefined);
}
