import { expect, it } from 'vitest';
import { createScope } from '../../src/model/scope.ts';
import type { AccountInspector } from '../../src/ports/account-inspector.ts';
import { chooseContainers } from '../../src/verify/choose-containers.ts';

const having = (...names: readonly string[]) =>
  ({
    readContainer: async (name: string) => await Promise.resolve(names.includes(name) ? {} : undefined),
  }) as unknown as AccountInspector;
const scope = createScope('sourceaccount', { containers: { include: [], exclude: ['private'] } });
const accounts = [having('photos', 'private'), having('old')];

it('containers are chosen by names that either account has and the settings mirror', async () => {
  expect(await chooseContainers([], scope, accounts)).toBeUndefined();
  expect([...((await chooseContainers(['photos', 'old'], scope, accounts)) ?? [])]).toEqual([
    'photos',
    'old',
  ]);
});

it.each([
  ['phtos', /"phtos" is in neither account/],
  ['private', /"private" is not mirrored by the settings/],
  ['No Name', /"No Name" is not a valid container name/],
])('the name %o is refused: without differences it would look like good news', async (name, message) => {
  await expect(chooseContainers(['photos', name], scope, accounts)).rejects.toThrow(message);
});
