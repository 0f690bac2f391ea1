import { describe, expect, it } from 'vitest';
import { accountOfUrl, readStorageUrl } from '../../src/events/envelope.ts';

describe('a url that names no blob', () => {
  it.each([
    'http://127.0.0.1:10000/',
    'http://127.0.0.1:10000',
    'https://acct.blob.core.windows.net/',
    'nonsense',
    '',
  ])('such as %j gives no place', (url) => {
    expect(readStorageUrl(url)).toEqual([]);
  });

  it('gives none either when its container cannot be decoded', () => {
    expect(readStorageUrl('https://acct.blob.core.windows.net/%zz/cat.jpg')).toEqual([]);
  });

  it('names no account where its path is all that could', () => {
    expect(accountOfUrl('http://127.0.0.1:10000/')).toBeUndefined();
    expect(accountOfUrl('nonsense')).toBeUndefined();
  });
});
