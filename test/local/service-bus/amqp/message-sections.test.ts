import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { splitSections } from '../../../../src/local/service-bus/amqp/message-sections.js';

describe('cutting a message at its sections', () => {
  it('finds header, annotations and properties, and leaves the bare message as it was', () => {
    const encoded = rhea.message.encode({
      durable: true,
      ttl: 5_000,
      message_annotations: { 'x-opt-partition-key': 'p' },
      message_id: 'm'.repeat(300),
      application_properties: { when: new Date(1), deep: { a: [1, 'b', null] } },
      body: rhea.message.data_sections([Buffer.alloc(300), Buffer.from('x')]) as unknown,
    });
    const { header, messageAnnotations, properties, bare } = splitSections(encoded);
    if (!header || !messageAnnotations || !properties) throw new Error('a section is missing');
    expect(rhea.message.decode(header)).toMatchObject({ ttl: 5_000, durable: true });
    expect(rhea.message.decode(messageAnnotations)).toMatchObject({
      message_annotations: { 'x-opt-partition-key': 'p' },
    });
    expect(rhea.message.decode(properties)).toMatchObject({ message_id: 'm'.repeat(300) });
    expect(Buffer.concat([header, messageAnnotations, bare]).equals(encoded)).toBe(true);
  });

  it('refuses bytes that are no message', () => {
    for (const bytes of [
      [0x01],
      [0x00, 0x53],
      [0x00, 0x53, 0x75, 0xb0, 0xff, 0xff, 0xff, 0xff],
      [0x00, 0x53, 0x75, 0x11],
    ]) {
      expect(() => splitSections(Buffer.from(bytes))).toThrow(RangeError);
    }
  });
});
