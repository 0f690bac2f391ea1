import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { ValueMapper } from '../../src/azurite/azurite-modules.ts';
import { operations, serializing, specifications } from '../../src/azurite/azurite.ts';
import { sendAnswers } from '../../src/requests/send-answers.ts';
import { serialized } from '../support/recorded-response.ts';

const { serialize: azurite } = serializing;
sendAnswers();

/** Mostly what fits the header, and sometimes not. */
function valueOf({ type }: ValueMapper): fc.Arbitrary<unknown> {
  const fitting: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    String: fc.string(),
    Number: fc.integer(),
    Boolean: fc.boolean(),
    DateTimeRfc1123: fc.date(),
    ByteArray: fc.uint8Array(),
    Enum: fc.constantFrom(...(type.allowedValues ?? ['x'])),
    Dictionary: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string()),
  };
  return fc.oneof(
    { weight: 20, arbitrary: fc.constant(undefined) },
    { weight: 40, arbitrary: fitting[type.name] ?? fc.string() },
    { weight: 1, arbitrary: fc.constantFrom(null, 1, 'x', new Date(0), {}) },
  );
}

const answers = Object.entries(operations)
  .filter(([name]) => Number.isNaN(Number(name)))
  .flatMap(([name, number]) =>
    Object.entries(specifications[Number(number)]?.responses ?? {}).flatMap(([status, answered]) =>
      answered === undefined || status === 'default' ? [] : [{ name, status: Number(status), answered }],
    ),
  );

/** Of each operation and status, made once. */
const anyAnswer = fc.oneof(
  ...answers.map(({ name, status, answered }) => {
    const headers = Object.entries(answered.headersMapper?.type.modelProperties ?? {});
    return fc
      .record(Object.fromEntries(headers.map(([key, mapper]) => [key, valueOf(mapper)])))
      .map((values) => ({ name, answer: { ...values, statusCode: status } }));
  }),
);

it('an answer of any operation has the headers that Azurite sends', async () => {
  expect(answers.length).toBeGreaterThan(50);
  const outcomeOf = (sent: Promise<unknown>) => sent.catch((error: unknown) => String(error));
  await fc.assert(
    fc.asyncProperty(anyAnswer, async ({ name, answer }) => {
      expect(await outcomeOf(serialized(name, answer))).toEqual(
        await outcomeOf(serialized(name, answer, azurite)),
      );
    }),
    { numRuns: 1000 },
  );
});
