import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import {
  listSection,
  mapSection,
  SECTION,
  splitSections,
} from '../../../src/service-bus/amqp/message-sections.ts';

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
    const { header, messageAnnotations, properties, applicationProperties, data, body, bare } =
      splitSections(encoded);
    expect([...messageAnnotations.keys()]).toEqual(['x-opt-partition-key']);
    expect([...applicationProperties.keys()]).toEqual(['when', 'deep']);
    expect(data.map((part) => part.length)).toEqual([300, 1]);
    const again = Buffer.concat([
      listSection(SECTION.header, header),
      mapSection(SECTION.messageAnnotations, messageAnnotations.values()),
      listSection(SECTION.properties, properties),
      mapSection(SECTION.applicationProperties, applicationProperties.values()),
      body,
    ]);
    expect(again.equals(encoded)).toBe(true);
    expect(encoded.subarray(encoded.length - bare.length).equals(bare)).toBe(true);
    expect(bare.indexOf(Buffer.concat([...properties]))).toBeGreaterThan(0);
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
