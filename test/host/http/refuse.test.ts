import { describe, expect, it } from 'vitest';
import { refuse } from '../../../src/host/http/refuse.ts';

const KEY = 'k'.repeat(32);
const request = (path: string, headers: Record<string, string> = {}, method = 'GET'): Request =>
  new Request(`http://mirror.internal:8080${path}`, { headers, method });

describe('on the loopback interface', () => {
  it.each(['127.0.0.1', '127.0.0.53', '::1'])('%s takes every request that names this machine', (host) => {
    const given = request('/api/reconcile', { host: 'localhost:7071' }, 'POST');
    expect(refuse(given, { host, key: KEY })).toBeUndefined();
  });

  it.each([
    ['another machine', { host: 'evil.example' }],
    ['one that begins like this machine', { host: 'localhost.evil.example:7071' }],
    ['no machine', {}],
  ])('a request that names %s is refused, even for the health', (_, headers) => {
    const given = request('/api/health/live', headers);
    expect(refuse(given, { host: '127.0.0.1' })).toMatchObject({ status: 403, code: 'host-not-allowed' });
  });
});

describe.each(['0.0.0.0', '::', '10.1.2.3'])('on %s', (host) => {
  it.each(['/api/health', '/api/health/live', '/API/Health/Live'])('%s needs no key', (path) => {
    expect(refuse(request(path), { host })).toBeUndefined();
  });

  it.each(['/', '/api/status', '/api/reconcile', '/api/healthy', '/api/health-live', '/api/metrics'])(
    '%s is closed when there is no key',
    (path) => {
      expect(refuse(request(path, { host: 'localhost' }), { host })).toMatchObject({ code: 'key-not-set' });
    },
  );

  it('a path that only looks like the health is closed', () => {
    for (const path of ['/api/health/../reconcile', '/api/%68ealth', '//api/health', '/api/health%2flive'])
      expect(refuse(request(path), { host, key: KEY })).toMatchObject({ status: 401 });
  });

  it('all else takes the key, in the header or in the query', () => {
    const exposure = { host, key: KEY };
    expect(refuse(request('/api/status'), exposure)).toMatchObject({ status: 401, code: 'key-missing' });
    expect(refuse(request('/api/health', {}, 'POST'), exposure)).toMatchObject({ status: 401 });
    expect(refuse(request('/api/status', { 'x-functions-key': KEY }), exposure)).toBeUndefined();
    expect(refuse(request(`/api/status?code=${KEY}`), exposure)).toBeUndefined();
    for (const wrong of ['', KEY.slice(1), `${KEY}k`, KEY.toUpperCase()])
      expect(refuse(request('/api/status', { 'x-functions-key': wrong }), exposure)).toMatchObject({
        status: 401,
      });
  });
});
