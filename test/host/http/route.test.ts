import { describe, expect, it } from 'vitest';
import { parseRoute } from '../../../src/host/http/route.ts';

const route = (template: string) => parseRoute(template, 'function "f"');

describe('a route', () => {
  it.each([
    ['runs', '/runs', {}],
    ['runs', '/RUNS/', {}],
    ['', '/', {}],
    ['runs/{id}', '/runs/7%2F8', { id: '7/8' }],
    ['runs/{id?}', '/runs', {}],
    ['runs/{id?}', '/runs/1', { id: '1' }],
    ['{name}.json', '/report.json', { name: 'report' }],
    ['{container}/{*path}', '/c/a/b', { container: 'c', path: 'a/b' }],
    ['{**path}', '/', {}],
    ['a+b(c)', '/a+b(c)', {}],
    ['{ignored:maxlength(0)?}', '/', {}],
    ['{code:length(3)}', '/abc', { code: 'abc' }],
    ['{code:minlength(2)}/x', '/abc/x', { code: 'abc' }],
    ['{code:maxlength(3)}', '/ab', { code: 'ab' }],
  ])('%s takes %s', (template, path, params) => {
    expect(route(template).match(path)).toEqual(params);
  });

  it.each([
    ['runs', '/run'],
    ['runs', '/runs/1'],
    ['runs/{id}', '/runs'],
    ['runs/{id:int}', '/runs/x'],
    ['runs/{id:guid}', '/runs/1'],
    ['a.b', '/axb'],
    ['{ignored:maxlength(0)?}', '/a'],
    ['{code:length(3)}', '/abcd'],
    ['{code:minlength(2)}', '/a'],
    ['{code:maxlength(3)}', '/abcd'],
  ])('%s does not take %s', (template, path) => {
    expect(route(template).match(path)).toBeUndefined();
  });

  it.each(['{id:regex(^a)}', 'x{id?}', '{id', '{*path}.txt', '{id:min(3)}', '{id:maxlength}', '{id:int(3)}'])(
    'cannot be %s',
    (template) => {
      expect(() => route(template)).toThrow(/function "f" has the route/);
    },
  );
});
