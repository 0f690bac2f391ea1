import type { PeekMessagesOptions } from '@azure/service-bus';

type Long = NonNullable<PeekMessagesOptions['fromSequenceNumber']>;

/**
 * A sequence number as the client takes it. It wants an object of the package `long` and looks at no more of it than
 * at its mark and its eight bytes.
 */
export function toSequenceNumber(decimal: string): Long {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(decimal));
  return { __isLong__: true, toBytesBE: () => [...bytes] } as unknown as Long;
}
