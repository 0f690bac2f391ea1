import type { Rule } from '../rule.ts';

const ALLOWED = ['what-if-short-circuiting', 'use-recent-api-versions'];
/** What azd and the host of Functions must find in their files; docs/deploy.md says why of the latter. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  'azure.yaml': [
    'path: infra',
    'module: main',
    'run: node scripts/setup.mjs',
    'project: dist/package',
    'language: js',
    'host: function',
  ],
  'host.json': [
    '"version": "[4.0.0, 5.0.0)"',
    '"routePrefix": ""',
    '"prefetchCount": 0',
    '"autoCompleteMessages": true',
    '"maxRetries": 3',
  ],
  'infra/bicepconfig.json': ['"enabled": true', '"maxAllowedAgeInDays": 730,'],
};

/** azd and the host find what they need, and the linter is not turned off: neither as a whole, nor for a rule or a line. */
export const filesAreSet: Rule = ({ sources }) => [
  ...Object.entries(LINES).flatMap(([path, lines]) =>
    lines
      .filter((line) => sources.get(path)?.includes(line) !== true)
      .map((line) => [path, `does not say ${line}`] as const),
  ),
  ...[
    ...(sources.get('infra/bicepconfig.json') ?? '').matchAll(
      /"([\w-]+)": \{\s*"level": "(?!warning")(\w+)"/g,
    ),
  ].map(([, rule, level]) => ['infra/bicepconfig.json', `${rule} is ${level}, not warning`] as const),
  ...[...sources]
    .filter(([path]) => path.endsWith('.bicep'))
    .flatMap(([path, text]) =>
      [...text.matchAll(/^\s*#disable-(?:next-line|diagnostics) (.*)$/gm)]
        .filter(([, rule = '']) => !ALLOWED.includes(rule.trim()))
        .map(([line]) => [path, `turns the linter off: ${line.trim()}`] as const),
    ),
];
