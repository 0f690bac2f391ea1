import type { Place } from '../deployment/places.ts';
import { isExpression, type Parameters } from '../deployment/walk-through.ts';

/** What an expected value depends on. */
export interface Context {
  readonly parameters: Parameters;
  readonly places: Readonly<Record<Place, string>>;
  /** Whether the source is a Data Lake account; undefined where only Azure knows. */
  readonly isLake: boolean | undefined;
}

/** The value, a function of what is deployed that says it, or a check. */
export type Expectation = Value | Check | ((context: Context) => Value | Check);
type Value = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;
/** Whether the value is right, and the words for what it should be. */
export class Check {
  readonly words: string;
  readonly isRight: (value: unknown) => boolean;
  constructor(words: string, isRight: (value: unknown) => boolean) {
    this.words = words;
    this.isRight = isRight;
  }
}

/** Anything: a text for people, or what a rule of its own compares. */
export const any = (): Check => new Check('anything', () => true);
/** Anything, or nothing. */
export const maybe = (expected: Expectation): Expectation => {
  const optional = (context: Context): Check => {
    const check = toCheck(expected, context);
    return new Check(check.words, (value) => value === undefined || check.isRight(value));
  };
  return optional;
};
export const parameter =
  (name: string, toValue: (value: unknown) => unknown = (value) => value) =>
  ({ parameters }: Context): Value =>
    toValue(parameters[name]) as Value;
export const idOf =
  (place: Place, rest = '') =>
  ({ places }: Context): string =>
    `${places[place]}${rest}`;
/** What only Azure knows of a resource: an expression that refers to it, and ends as said. */
export const known =
  (place: Place, property: string, rest = '') =>
  ({ places }: Context): Check =>
    new Check(
      `${property} of ${places[place]}${rest}`,
      (value) =>
        isExpression(value) &&
        String(value).includes(property) &&
        [...String(value).matchAll(/reference\('([^']+)'/g)].every(
          ([, id]) => id === `${places[place]}${rest}`,
        ),
    );
export const inPrivate =
  (inside: Value, outside: Value) =>
  ({ parameters }: Context): Value =>
    parameters['privateNetwork'] === true ? inside : outside;
/** By the kind of the source: what only Azure knows is an expression. */
export const byKind =
  (lake: Value, flat: Value) =>
  ({ isLake }: Context): Value | Check =>
    isLake === undefined ? new Check('the kind of the source', isExpression) : isLake ? lake : flat;

export function toCheck(expected: Expectation, context: Context): Check {
  const value = typeof expected === 'function' ? expected(context) : expected;
  if (value instanceof Check) return value;
  const text = JSON.stringify(value);
  return new Check(text, (is) =>
    is === null || is === undefined ? value === null : JSON.stringify(is) === text,
  );
}
