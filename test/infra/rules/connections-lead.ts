import { contextOf } from '../deployment/context.ts';
import { appSettingsOf } from '../deployment/walk-through.ts';
import { connectionsOf } from '../expected/connections.ts';
import { toCheck } from '../expected/expectation.ts';
import { eachWalkThrough } from '../rule.ts';

/**
 * The app gets what the parameters say, and each connection leads to the account, the queues or the secret that it is
 * named for, by the app's identity. What the user gives as `settings` goes before all of it.
 */
export const connectionsLead = eachWalkThrough((walkThrough) => {
  const context = contextOf(walkThrough);
  const own = walkThrough.parameters['settings'] as Readonly<Record<string, string>>;
  const expected = { ...connectionsOf(context), ...own };
  const are = appSettingsOf(walkThrough);
  return [...new Set([...Object.keys(expected), ...Object.keys(are)])].flatMap((name) => {
    const value = expected[name];
    if (value === undefined)
      return [`${name} is set, and test/infra/expected/connections.ts does not say to what`];
    const check = toCheck(value, context);
    return check.isRight(are[name]) ? [] : [`${name} is ${are[name]}, which should be ${check.words}`];
  });
});
