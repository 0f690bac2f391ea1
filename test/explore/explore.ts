import { createHash } from 'node:crypto';
import { Violation } from '../simulation/violation.ts';

/** What a move reads or changes: two moves that share none, or only read what they share, can trade places. */
export interface Touch {
  readonly what: string;
  readonly changes: boolean;
}

/** Something that can happen next. Its name means the same in every order of the moves before it. */
export interface Move {
  readonly name: string;
  /** Undefined: it trades places with nothing. */
  readonly touches: readonly Touch[] | undefined;
  /** A fault may happen, and need not. */
  readonly isFault: boolean;
  act(): void;
}

/** A small world that can be played from its start again and again, the same moves making the same history. */
export interface Model<World> {
  start(): Promise<World>;
  /** Everything that can happen next. With nothing but faults, the history has ended. */
  moves(world: World): readonly Move[];
  /** Until every worker waits for an answer. */
  settle(world: World): Promise<void>;
  /**
   * All that the future depends on: equal texts have equal futures. Workers that trade all they have are the same world;
   * `rename` gives a move the name that it has in the text's order of the workers.
   */
  describe(world: World): { readonly text: string; readonly rename: (move: string) => string };
  /** @throws Violation when what has ended has not ended well */
  expectRest(world: World): Promise<void>;
}

export interface Explored {
  /** Different states. */
  readonly states: number;
  /** Moves that were made from a state for the first time. */
  readonly moves: number;
  /** Histories that were played, from the start to an end or to a state that was seen before. */
  readonly histories: number;
  /** The states in which they ended by themselves, as hashes. */
  readonly ends: ReadonlySet<string>;
  /** Moves that led to a state that was seen before. */
  readonly seenBefore: number;
  /** Moves that were left out, since they trade places with one that was made. */
  readonly tradedPlaces: number;
  readonly longest: number;
  /** The first history that broke a promise: the names of its moves. */
  readonly broken?: { readonly violation: Violation; readonly path: readonly string[] };
}

export interface ExploreOptions {
  /** Called now and then. */
  readonly onProgress?: (soFar: Explored) => void;
  /** Gives up after so many states: for mutants, which break a promise early. */
  readonly maxStates?: number;
}

/** Longer than any history without a loop. */
const MAX_LENGTH = 400;
const PROGRESS_INTERVAL = 5_000;

type Sleep = ReadonlyMap<string, Move['touches']>;

/**
 * Plays every history of a small world, each state once: depth first, every branch replayed from the start. Of moves that
 * can trade places, one order is played (sleep sets). A state that is reached again by other moves is played on with what
 * was left out before, and no more: P. Godefroid, G. J. Holzmann, D. Pirottin, State-space caching revisited, 1995.
 * States are told apart by a hash of 128 bits.
 */
export async function explore<World>(
  model: Model<World>,
  { onProgress = () => {}, maxStates = Infinity }: ExploreOptions = {},
): Promise<Explored> {
  /** What was left out at a state, by the name of the move. */
  const seen = new Map<string, ReadonlySet<string>>();
  const counts = { moves: 0, histories: 1, seenBefore: 0, tradedPlaces: 0, longest: 0 };
  const ends = new Set<string>();
  const path: string[] = [];
  const onPath = new Set<string>();
  let broken: Explored['broken'];
  let nextProgress = PROGRESS_INTERVAL;
  const result = (): Explored => ({ states: seen.size, ends, ...counts, ...(broken && { broken }) });

  async function replay(): Promise<World> {
    counts.histories++;
    const world = await model.start();
    await model.settle(world);
    for (const name of path) await make(world, name);
    return world;
  }

  async function make(world: World, name: string): Promise<void> {
    const move = model.moves(world).find((each) => each.name === name);
    if (move === undefined)
      throw new Error(`the same moves make another history: no "${name}" after ${path.join(', ')}`);
    move.act();
    await model.settle(world);
  }

  /** @param world at the state that `path` leads to; it is used up */
  async function visit(world: World, sleep: Sleep): Promise<void> {
    counts.longest = Math.max(counts.longest, path.length);
    if (path.length > MAX_LENGTH)
      throw new Violation('never at rest', `still moving after ${MAX_LENGTH} moves`);
    const { text, rename } = model.describe(world);
    const state = createHash('md5').update(text).digest('base64');
    if (onPath.has(state)) throw new Violation('never at rest', 'the same state again');
    const moves = model.moves(world);
    const before = seen.get(state);
    if (before === undefined && moves.every(({ isFault }) => isFault)) {
      ends.add(state);
      await model.expectRest(world);
    }
    const todo = moves.filter(({ name }) => !sleep.has(name) && (before?.has(rename(name)) ?? true));
    if (before !== undefined && path.length > 0) counts.seenBefore++;
    if (before === undefined) counts.tradedPlaces += moves.length - todo.length;
    // Of what sleeps now, that alone stays asleep which slept before, too.
    const asleep = new Map([...sleep].filter(([name]) => before?.has(rename(name)) ?? true));
    seen.set(state, new Set([...asleep.keys()].map(rename)));
    if (seen.size >= nextProgress) {
      nextProgress += PROGRESS_INTERVAL;
      onProgress(result());
    }

    onPath.add(state);
    let here: World | undefined = world;
    for (const move of todo) {
      if (seen.size >= maxStates) break;
      const there = here ?? (await replay());
      here = undefined;
      counts.moves++;
      await make(there, move.name);
      path.push(move.name);
      await visit(there, new Map([...asleep].filter(([, touches]) => tradePlaces(touches, move.touches))));
      path.pop();
      asleep.set(move.name, move.touches);
    }
    onPath.delete(state);
  }

  // The pauses before a retry are drawn: here always the middle ones, so that the same moves make the same history.
  const { random } = Math;
  Math.random = () => 0.5;
  try {
    const world = await model.start();
    await model.settle(world);
    await visit(world, new Map());
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    broken = { violation: error, path: [...path] };
  } finally {
    Math.random = random;
  }
  return result();
}

function tradePlaces(one: Move['touches'], other: Move['touches']): boolean {
  if (one === undefined || other === undefined) return false;
  return !one.some((touch) =>
    other.some(({ what, changes }) => what === touch.what && (changes || touch.changes)),
  );
}
