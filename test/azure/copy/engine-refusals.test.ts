import { RestError } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import {
  type EngineRefusals,
  createEngineRefusals,
  createTierSupport,
  refuseUnexpectedSuccess,
} from '../../../src/azure/copy/judge-copy.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';

const MINUTE = 60_000;

describe('the memory of engines that an account refuses', () => {
  function start(): { ways: EngineRefusals<string>; pass: (ms: number) => void } {
    let now = 0;
    return { ways: createEngineRefusals(() => now), pass: (ms) => (now += ms) };
  }

  it('is empty after one odd blob, or after several with a success in between', () => {
    const { ways } = start();
    for (let i = 0; i < 10; i++) {
      ways.record('a', 'key-specific');
      ways.record('a', 'key-specific');
      expect(ways.isRefused('a')).toBe(false);
      ways.clear('a');
    }
  });

  it('holds for ten minutes what was refused three times in a row, and then one blob tries again', () => {
    const { ways, pass } = start();
    for (let i = 0; i < 3; i++) ways.record('a', 'key-specific');
    expect([ways.isRefused('a'), ways.isRefused('b')]).toEqual([true, false]);
    pass(10 * MINUTE);
    expect(ways.isRefused('a')).toBe(false);
    ways.record('a', 'key-specific');
    expect(ways.isRefused('a')).toBe(true);
    pass(10 * MINUTE);
    ways.clear('a');
    ways.record('a', 'key-specific');
    expect(ways.isRefused('a')).toBe(false);
  });

  it('holds for an hour what the service does not support', () => {
    const { ways, pass } = start();
    ways.record('a', 'unsupported');
    pass(59 * MINUTE);
    expect(ways.isRefused('a')).toBe(true);
    pass(MINUTE);
    expect(ways.isRefused('a')).toBe(false);
  });

  it('holds for good what did something else, since another try would cost a version', () => {
    const { ways, pass } = start();
    ways.record('a', 'wrong-result');
    pass(1e12);
    expect(ways.isRefused('a')).toBe(true);
  });
});

describe('the memory of an account without tiers', () => {
  const refuse = (service: string): BlobmirrorError =>
    new BlobmirrorError('storage-rejected', 'refused', { context: { status: 400, service } });

  /** Writes with a tier, which is refused. */
  async function write(service: string) {
    const tried: (string | undefined)[] = [];
    const told: string[] = [];
    const tiers = createTierSupport(() => told.push('no tiers'));
    const result = await tiers
      .try('Cool', async (tier) => {
        tried.push(tier);
        if (tier !== undefined) throw refuse(service);
        return await Promise.resolve('written');
      })
      .catch((error: unknown) => (error as BlobmirrorError).context['service']);
    return { result, tried, told, isMissing: tiers.isMissing() };
  }

  it('comes from a refusal of the tier, and the write is repeated without one', async () => {
    expect(await write('BlobAccessTierNotSupportedForAccountType')).toEqual({
      result: 'written',
      tried: ['Cool', undefined],
      told: ['no tiers'],
      isMissing: true,
    });
  });

  it.each(['InvalidBlobTier', 'InvalidMetadata', 'ServerBusy'])('does not come from %s', async (service) => {
    expect(await write(service)).toEqual({
      result: service,
      tried: ['Cool'],
      told: [],
      isMissing: false,
    });
  });
});

it('a success of another kind without an ETag has an unknown outcome, and is no copy', async () => {
  const odd = new RestError('200 where 201 was expected', { statusCode: 200 });
  const write = refuseUnexpectedSuccess('backupaccount', async () => await Promise.reject(odd));
  await expect(write).rejects.toBe(odd);
});
