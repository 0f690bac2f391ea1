import { describe, expect, it } from 'vitest';
import { parseDeadLetterRequest } from '../../src/api/dead-letter-request.ts';
import { parseReconcileRequest } from '../../src/api/reconcile-request.ts';

describe('a request for a full sync', () => {
  const parse = (body: unknown) => parseReconcileRequest(body, 'http');

  it('asks for nothing that it does not name', () => {
    expect(parse({})).toEqual({ dryRun: false, allowDeletes: [], reason: 'http' });
    expect(parse({ prefix: '', deleteForeign: [] })).toEqual(parse({}));
  });

  it('keeps all that it names', () => {
    const body = {
      container: 'photos',
      prefix: 'a/',
      dryRun: true,
      allowDeletes: ['photos'],
      deleteForeign: ['photos'],
      adopt: 'md5',
    };
    expect(parse(body)).toEqual({ ...body, reason: 'http' });
  });

  it.each([
    [{ container: 'Photos' }, 'container'],
    [{ prefix: 'half \uD800' }, 'prefix'],
    [{ prefix: 'x'.repeat(1025) }, 'prefix'],
    [{ dryRun: 'yes' }, 'dryRun'],
    [{ allowDeletes: 'photos' }, 'allowDeletes'],
    [{ adopt: 'name' }, 'adopt'],
    [{ dryrun: true }, 'dryrun'],
  ])('is refused with %j, which is named', (body, name) => {
    expect(() => parse(body)).toThrow(new RegExp(`^the request is invalid: .*${name}`));
  });
});

describe('a request for dead letters', () => {
  it('selects them in one way, and neither asks for a dry run nor confirms by itself', () => {
    for (const choice of [{ ids: ['events:1'] }, { all: true }, { code: 'x', container: 'photos' }])
      expect(parseDeadLetterRequest(choice)).toEqual({ choice, dryRun: false, confirm: false });
  });

  it.each([
    {},
    { dryRun: true },
    { all: true, code: 'x' },
    { ids: ['events:1'], container: 'photos' },
    { ids: ['events:1'], all: true },
  ])('is refused with %j, which selects none or in two ways', (body) => {
    expect(() => parseDeadLetterRequest(body)).toThrow('in one way');
  });

  it.each([
    [{ ids: [] }, 'ids'],
    [{ all: false }, 'all'],
    [{ code: '' }, 'code'],
    [{ everything: true }, 'everything'],
  ])('is refused with %j, which is named', (body, name) => {
    expect(() => parseDeadLetterRequest(body)).toThrow(new RegExp(`^the request is invalid: .*${name}`));
  });
});
