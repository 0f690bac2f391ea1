/** One line of the text: what was counted, under which labels. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const VALUE = '[+-]?(?:\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?|\\.\\d+|Inf|NaN)';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:${LABEL},?)*)\\})? (${VALUE})(?: -?\\d+)?$`);
const ONE_LABEL = new RegExp(LABEL, 'g');
const COMMENT = new RegExp(`^# (HELP|TYPE|UNIT) (${NAME}) (.+)$`);
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
const OF_HISTOGRAM = /_(?:count|sum|bucket)$/;

/**
 * Reads the text format of Prometheus, line by line and more strictly than Prometheus does: every line has the grammar of
 * its kind, every sample a type that was told before, once, and no sample comes twice.
 *
 * @throws Error with the line
 */
export function parsePrometheus(text: string): readonly Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line === '# no registered metrics') continue;
    if (line.startsWith('#')) {
      const [, kind, name = '', rest = ''] = COMMENT.exec(line) ?? fail('no comment', line);
      if (kind !== 'TYPE') continue;
      if (!TYPES.includes(rest) || types.has(name)) fail('no type, or a second one', line);
      types.set(name, rest);
      continue;
    }
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? fail('no sample', line);
    const family = types.has(name) ? name : name.replace(OF_HISTOGRAM, '');
    if (!types.has(family)) fail('a sample without a type', line);
    const place = `${name}{${labels}}`;
    if (seen.has(place)) fail('a sample that was told before', line);
    seen.add(place);
    samples.push({ name, labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
  }
  return samples;
}

/** The sum of all samples of a metric that have these labels. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function parseLabels(text: string): Record<string, string> {
  const pairs = (text.match(ONE_LABEL) ?? []).map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), JSON.parse(pair.slice(at + 1)) as string] as const;
  });
  return Object.fromEntries(pairs);
}

function fail(what: string, line: string): never {
  throw new Error(`${what}: ${line}`);
}
