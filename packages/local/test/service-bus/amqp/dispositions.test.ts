import { expect, it } from 'vitest';
import { fromDeliveryTag, toDeliveryTag, toUuidBytes } from '../../../src/service-bus/amqp/dispositions.ts';

const TOKEN = '00112233-4455-6677-8899-aabbccddeeff';

it('is a delivery tag in the byte order of a .NET Guid', () => {
  expect(toDeliveryTag(TOKEN).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  expect(fromDeliveryTag(toDeliveryTag(TOKEN))).toBe(TOKEN);
});

it('is an AMQP uuid in the order it is written', () => {
  expect(toUuidBytes(TOKEN).toString('hex')).toBe('00112233445566778899aabbccddeeff');
});
