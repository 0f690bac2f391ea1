import { type PipelineRequest, createHttpHeaders } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { readSecretAttributes } from '../../src/azure/key-vault-secret.ts';

const URI = 'https://kv-one.vault.azure.net/secrets/source/';

async function read(answer: { status: number; body?: string } | Error, { uri = URI, hasToken = true } = {}) {
  const sent: PipelineRequest[] = [];
  const scopes: unknown[] = [];
  const result = await readSecretAttributes(
    uri,
    {
      getToken: async (scope) => {
        scopes.push(scope);
        await Promise.resolve();
        if (!hasToken) throw new Error('no identity');
        return { token: 'a-token', expiresOnTimestamp: 0 };
      },
    },
    {
      sendRequest: async (request) => {
        sent.push(request);
        await Promise.resolve();
        if (answer instanceof Error) throw answer;
        const { status, body = '' } = answer;
        return { request, status, headers: createHttpHeaders(), bodyAsText: body };
      },
    },
  );
  return { result, sent, scopes };
}

const bundle = (attributes: object) =>
  JSON.stringify({ value: 'the-value', id: `${URI}1`, attributes: { enabled: true, ...attributes } });

describe('the attributes of a secret', () => {
  it('are read with a token of the vault, and the value is left out', async () => {
    const { result, sent, scopes } = await read({ status: 200, body: bundle({ exp: 1796040000 }) });
    expect(result).toEqual({ endsAt: new Date(1796040000_000), isEnabled: true });
    expect(scopes).toEqual(['https://vault.azure.net/.default']);
    expect(sent[0]?.url).toBe('https://kv-one.vault.azure.net/secrets/source?api-version=7.4');
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer a-token');
    expect(JSON.stringify(result)).not.toContain('the-value');
  });

  it('use the domain of the cloud', async () => {
    const uri = 'https://kv.vault.azure.cn/secrets/source';
    expect((await read({ status: 200, body: bundle({}) }, { uri })).scopes).toEqual([
      'https://vault.azure.cn/.default',
    ]);
  });

  it('name no end where there is none, and say when it is disabled', async () => {
    expect((await read({ status: 200, body: bundle({ enabled: false }) })).result).toEqual({
      endsAt: undefined,
      isEnabled: false,
    });
  });

  it.each<[string, { status: number; body?: string } | Error, object]>([
    ['the vault answered with 403', { status: 403, body: bundle({}) }, {}],
    ['the vault answered with something else', { status: 200, body: '<html>' }, {}],
    ['the vault answered with something else', { status: 200, body: '{"value":"x"}' }, {}],
    ['the vault did not answer', new Error('getaddrinfo'), {}],
    ['no token could be obtained for the vault', { status: 200, body: bundle({}) }, { hasToken: false }],
  ])('are unknown: %s', async (unknown, answer, options) => {
    expect((await read(answer, options)).result).toEqual({ unknown });
  });
});
