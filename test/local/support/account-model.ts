import type { Answer, Call, Send } from '../../../bench/local/client.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';

export const CONTAINER = 'docs';

/** One request that changes what a writer owns. */
export interface Change<State> {
  readonly call: Call;
  readonly status: number;
  readonly after: State;
  /** The state when the request was not answered and its effect cannot be seen yet; `after` or the former one otherwise. */
  readonly inDoubt?: State;
}

/** What an account of one kind holds, by a model: each writer owns the names below a prefix. */
export interface AccountModel<State> {
  /** What has to be there before a writer begins. */
  prepare(send: Send, prefix: string): Promise<State>;
  choose(state: State, context: Choosing): Change<State>;
  /** What the storage holds below a prefix, by each of its listings and reads. @throws Error when these disagree */
  observe(send: Send, prefix: string): Promise<Observed<State>>;
}

export interface Choosing {
  readonly prefix: string;
  readonly random: SeededRandom;
  /** Different for each change, so that contents tell of which one they are. */
  readonly number: number;
  /** The URL of a blob of the account that a copy can read. */
  readonly urlOf: (path: string) => string;
}

export interface Observed<State> {
  /** Empty when it is this state; otherwise what differs. */
  difference(state: State): string;
}

/** The share of changes with contents above 64 KiB, and above 1 MiB, in which a store may keep them elsewhere. */
const [LARGE_SHARE, HUGE_SHARE] = [0.15, 0.05];

export function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  const item = items[Math.floor(random.share() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

/** Bytes of which each part tells of which change it is. */
export function contentOf({ prefix, number, random }: Choosing): Buffer {
  const share = random.share();
  const scale = share < HUGE_SHARE ? 1_100_000 : share < HUGE_SHARE + LARGE_SHARE ? 70_000 : 0;
  const size = scale + Math.floor(random.share() * 4000);
  return Buffer.alloc(size, `${prefix} ${number} `);
}

export const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

export async function ask(send: Send, path: string, method: Call['method'] = 'GET'): Promise<Answer> {
  const answer = await send({ method, path });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
  return answer;
}

export function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? '';
}
