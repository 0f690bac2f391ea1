/**
 * The delivery tag of a locked message: its lock token as the 16 bytes of a .NET Guid, in which the first three
 * fields are little-endian. `$management` carries the same token as an AMQP uuid, in the order it is written.
 */
export function toDeliveryTag(token: string): Buffer {
  return swapGuidFields(toUuidBytes(token));
}

export function fromDeliveryTag(tag: Buffer): string {
  return fromUuidBytes(swapGuidFields(tag));
}

export function toUuidBytes(token: string): Buffer {
  return Buffer.from(token.replaceAll('-', ''), 'hex');
}

export function fromUuidBytes(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Its own inverse. */
function swapGuidFields(bytes: Buffer): Buffer {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
}
