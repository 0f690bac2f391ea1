import type { SeededRandom } from '../../support/seeded-random.ts';
import { type AccountModel, type Change, CONTAINER, encodePath } from './account-model.ts';
import { startStorageProcess, type StorageProcess } from './storage-process.ts';

const WRITERS = 8;
/** Acknowledged changes of all writers before a kill: at least the first number, and less than the sum. */
const [LEAST_CHANGES, MORE_CHANGES] = [40, 160];

interface Writer<State> {
  readonly prefix: string;
  state: State;
  /** Sent and not answered. */
  inFlight: Change<State> | undefined;
}

export interface KillOptions {
  readonly kills: number;
  readonly hierarchical: boolean;
  readonly random: SeededRandom;
}

/**
 * Kills the storage of a data directory again and again while eight writers change what they own. After each kill the
 * storage that starts on the same directory must hold the state after the last acknowledged change of each writer, or
 * that after the one that was under way, and no other. Resolves to the number of acknowledged changes.
 *
 * @throws Error that names the kill and what differs
 */
export async function killUnderLoad<State>(
  directory: string,
  model: AccountModel<State>,
  { kills, hierarchical, random }: KillOptions,
): Promise<number> {
  let storage = await startStorageProcess(directory, { hierarchical, atOnce: WRITERS });
  try {
    const writers: Writer<State>[] = [];
    for (let n = 0; n < WRITERS; n++) {
      const prefix = `w${n}`;
      writers.push({ prefix, state: await model.prepare(storage.send, prefix), inFlight: undefined });
    }
    let [number, acknowledged] = [0, 0];
    const choose = ({ state, prefix }: Writer<State>): Change<State> =>
      model.choose(state, { prefix, random, number: ++number, urlOf: (path) => urlOf(storage, path) });
    for (let kill = 1; kill <= kills; kill++) {
      const until = acknowledged + LEAST_CHANGES + Math.floor(random.share() * MORE_CHANGES);
      let ended: Promise<void> | undefined;
      const load = {
        choose,
        isGone: () => ended !== undefined,
        onAcknowledged: () => {
          acknowledged++;
          if (acknowledged === until) ended = storage.kill();
        },
      };
      await Promise.all(writers.map((writer) => write(storage, writer, load)));
      await ended;
      storage = await startStorageProcess(directory, { hierarchical, atOnce: WRITERS });
      for (const writer of writers) await settle(storage, model, writer, kill);
    }
    return acknowledged;
  } finally {
    await storage.kill();
  }
}

async function write<State>(
  { send }: StorageProcess,
  writer: Writer<State>,
  load: {
    readonly choose: (writer: Writer<State>) => Change<State>;
    readonly isGone: () => boolean;
    readonly onAcknowledged: () => void;
  },
): Promise<void> {
  for (;;) {
    const change = load.choose(writer);
    writer.inFlight = change;
    const answer = await send(change.call).catch((error: unknown) => {
      if (!load.isGone()) throw error;
    });
    if (answer === undefined) return;
    const { method, path } = change.call;
    if (answer.status !== change.status)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
    writer.state = change.after;
    writer.inFlight = undefined;
    load.onAcknowledged();
  }
}

/** Finds which of its two states a writer is in. */
async function settle<State>(
  { send }: StorageProcess,
  model: AccountModel<State>,
  writer: Writer<State>,
  kill: number,
): Promise<void> {
  const observed = await model.observe(send, writer.prefix);
  const { state, inFlight } = writer;
  const lacks = observed.difference(state);
  const differs = inFlight === undefined ? lacks : observed.difference(inFlight.after);
  writer.inFlight = undefined;
  if (lacks !== '' && differs !== '') {
    const { method, path } = inFlight?.call ?? { method: 'none', path: '' };
    throw new Error(`kill ${kill}, under way: ${method} ${path}\nbefore it: ${lacks}\nafter it: ${differs}`);
  }
  const isThere = lacks !== '' && inFlight !== undefined;
  writer.state = isThere ? inFlight.after : (inFlight?.inDoubt ?? state);
}

function urlOf(storage: StorageProcess, path: string): string {
  return storage.signedUrl(`/${CONTAINER}/${encodePath(path)}`);
}
