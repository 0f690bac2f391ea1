import fc from 'fast-check';

/** A false answer that something between us and the service gives. */
export interface Lie {
  /** Which request of the operation gets this answer. */
  readonly at: number;
  /** Whether the request reaches the service, and only its answer is lost. */
  readonly isDone: boolean;
  readonly status: number;
  /**
   * `none`: no header of the service. `service`: those of each of its answers. `true`: all of the true
   * answer. `cached`: the same, for an earlier request. `kept`: what the service answered for a blob that did
   * not exist before, from a cache that says so.
   */
  readonly headers: 'none' | 'service' | 'true' | 'cached' | 'kept';
  readonly type: string | undefined;
  readonly body: LyingBody;
}

type LyingBody =
  | 'empty'
  | 'page'
  | 'huge page'
  | 'refusal'
  | 'other XML'
  | 'other JSON'
  | 'UTF-16'
  /** The first half of the true body, with a length that matches it, or with none. */
  | 'half'
  | 'half without length'
  /** The connection ends in the middle of the true body. */
  | 'cut'
  /** More than the true body. */
  | 'more'
  | 'true';

const PAGE =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Sign in to go on<br></body></html>';

const TEXTS: Readonly<Partial<Record<LyingBody, string | Buffer>>> = {
  empty: '',
  page: PAGE,
  'huge page': PAGE.padEnd(3_000_000, ' '),
  refusal:
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code><Message>Later.</Message></Error>',
  'other XML': '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>',
  'other JSON': '{"message":"Sign in"}',
  'UTF-16': Buffer.from('\uFEFF<?xml version="1.0" encoding="utf-16"?><EnumerationResults />', 'utf16le'),
};

/** @param whole the true body */
export function bodyOf({ body }: Lie, whole: Buffer): Buffer {
  const text = TEXTS[body];
  if (text !== undefined) return Buffer.from(text);
  if (body === 'true') return whole;
  return body === 'more' ? Buffer.concat([whole, whole]) : whole.subarray(0, Math.floor(whole.length / 2));
}

const STATUSES = [200, 201, 202, 203, 204, 205, 206, 207, 226, 300, 301, 302, 303, 304, 307, 308];
/** Intermediaries send these without a code; the service adds a code of its own. */
const FAILURES = [
  400, 401, 403, 404, 405, 407, 409, 410, 411, 412, 413, 414, 416, 429, 431, 451, 500, 502, 503, 504, 511,
];

const at = fc.nat(2);
const isDone = fc.boolean();
const type = fc.constantFrom(
  undefined,
  'text/html',
  'text/html; charset=utf-8',
  'application/xml',
  'application/json',
  'text/plain',
);
const ANYTHING: readonly LyingBody[] = [
  'empty',
  'page',
  'huge page',
  'refusal',
  'other XML',
  'other JSON',
  'UTF-16',
];

export const anyLie: fc.Arbitrary<Lie> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record<Lie>({
      at,
      isDone,
      status: fc.constantFrom(...STATUSES, ...STATUSES, ...FAILURES),
      headers: fc.constant('none'),
      type,
      body: fc.constantFrom(...ANYTHING),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record<Lie>({
      at,
      isDone,
      status: fc.constantFrom(...STATUSES),
      headers: fc.constant('service'),
      type,
      body: fc.constantFrom(...ANYTHING),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record<Lie>({
      at,
      isDone,
      status: fc.constantFrom(404, 404, 409, 412),
      headers: fc.constant('kept'),
      type: fc.constant('application/xml'),
      body: fc.constant('empty'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record<Lie>({
      at,
      isDone: fc.constant(true),
      status: fc.constant(0),
      headers: fc.constantFrom('true', 'cached'),
      type: fc.constant(undefined),
      body: fc.constantFrom(...ANYTHING, 'half', 'half without length', 'cut', 'more', 'true'),
    }),
  },
);
