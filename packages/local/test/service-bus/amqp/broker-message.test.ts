import fc from 'fast-check';
import rhea from 'rhea';
import { expect, it } from 'vitest';

import { fromBrokerMessage } from '../../../src/service-bus/amqp/broker-message.ts';
import { toNewMessage } from '../../../src/service-bus/amqp/incoming-message.ts';

// Also around the lengths where the encoding changes, with characters of several bytes.
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(fc.constantFrom('x', 'é', '\u{1F600}'), fc.integer({ min: 60, max: 260 }))
    .map(([unit, count]) => unit.repeat(count)),
);
const value = fc.oneof(
  { weight: 12, arbitrary: text },
  { weight: 1, arbitrary: fc.oneof(fc.nat(), fc.boolean(), fc.constant(null)) },
);

// The broker takes no message with this key, since it could not tell it from an object's own.
const name = text.filter((key) => key !== '__proto__');

it('a message of the broker is encoded as rhea encodes it', () => {
  const message = fc.record({
    messageId: text.filter((id) => id !== ''),
    contentType: fc.option(text, { nil: undefined }),
    applicationProperties: fc.option(fc.dictionary(name, value, { maxKeys: 6 }), { nil: undefined }),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.json().map((json) => JSON.parse(json) as unknown),
    ),
  });
  fc.assert(
    fc.property(message, ({ messageId, contentType, applicationProperties, body }) => {
      const data = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
      const encoded = rhea.message.encode({
        message_id: messageId,
        content_type: contentType,
        application_properties: applicationProperties,
        body: rhea.message.data_section(data) as unknown,
      });
      const given = fromBrokerMessage({
        messageId,
        body,
        ...(contentType !== undefined && { contentType }),
        ...(applicationProperties !== undefined && { applicationProperties }),
      });
      expect(given.content.toString('hex')).toBe(encoded.toString('hex'));
      expect(given).toEqual(toNewMessage(encoded));
    }),
  );
});

it('a message without an id gets one', () => {
  const { messageId, content } = fromBrokerMessage({ body: 'x' });
  expect(messageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(toNewMessage(content).messageId).toBe(messageId);
});
