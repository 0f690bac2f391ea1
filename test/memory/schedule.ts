import type { Key } from '../../src/model/key.ts';

/**
 * Runs the effect of one port call, with a name like `backupaccount.copy`. A test passes its own to choose
 * the moment, or to fail before or after it.
 */
export type Schedule = <Result>(call: string, key: Key | undefined, effect: () => Result) => Promise<Result>;

export const immediately: Schedule = async (_call, _key, effect) => {
  await Promise.resolve();
  return effect();
};
