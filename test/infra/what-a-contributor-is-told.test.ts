import { expect, it } from 'vitest';
import { readSources } from '../../scripts/infra/sources.ts';
import { checkInfra } from './check-infra.ts';

const DEPLOY = 'docs/deploy.md';
const NEW = 'infra/walk-throughs/new-source.snapshot.json';

/** What is said of a change of one file. */
async function told(path: string, from: RegExp, to: string): Promise<readonly string[]> {
  const sources = await readSources(new URL('../../', import.meta.url));
  const text = sources.get(path) ?? '';
  const changed = text.replace(from, to);
  expect(changed, `${path} holds what is replaced`).not.toBe(text);
  const findings = await checkInfra(new Map([...sources, [path, changed]]));
  return findings.map(({ message }) => message);
}

it.each(['"Cool"', '""'])(
  'a misspelt setting that protects nothing is named, also with the value %s',
  async (value) => {
    const said = await told(
      NEW,
      /"name": "BLOBMIRROR_TIER",\s*"value": "\w+"/,
      `"name": "BLOBMIRROR_TEIR", "value": ${value}`,
    );
    expect(said).toContainEqual(
      expect.stringMatching(
        /BLOBMIRROR_TEIR is not a setting.*did you mean BLOBMIRROR_TIER\?: correct its name in infra/,
      ),
    );
  },
);

it('a row of roles of another form is named, and the form', async () => {
  const said = await told(DEPLOY, /^(\| Storage Blob Data Reader +\| \S+ \| )identity/m, '$1the app');
  expect(said).toContainEqual(
    expect.stringMatching(/Storage Blob Data Reader .* should be .*identity or topic/),
  );
});

it('a role in place of one that is not there is named', async () => {
  const said = await told(DEPLOY, /instead of Storage Blob Data Reader/, 'instead of Reader');
  expect(said).toContainEqual(
    expect.stringMatching(/no row of identity on source account has the role of "instead of Reader/),
  );
});

it('a role in place of another leaves a third one on the same resource', async () => {
  const said = await told(
    DEPLOY,
    /^(?=\| Storage Blob Data Owner)/m,
    '| Storage Blob Delegator | `db58b8e5-c6ad-4a2a-8342-4190687cbf4a` | identity | source account | in this tenant | Signs. |\n',
  );
  const signs = said.filter((message) => message.includes('db58b8e5'));
  // Every walk-through in this tenant, the one with index tags included.
  expect(signs.filter((message) => message.includes('not assigned: assign it in infra/app/'))).toEqual(signs);
  const sources = await readSources(new URL('../../', import.meta.url));
  const here = [...sources].filter(
    ([path, text]) =>
      path.endsWith('.bicepparam') && path.includes('walk-throughs') && !text.includes('sourceEndpoint'),
  );
  expect(signs).toHaveLength(here.length);
});

it('a row of alerts of another form is named, and the form', async () => {
  const said = await told('docs/operations.md', /^(\| `backlog` .*)15 min/m, '$11 h');
  expect(said).toContainEqual(expect.stringMatching(/`backlog`.* 1 h .* should be .*N min/));
});

it('a sum in the table is not taken for the most of a query by attribute', async () => {
  const said = await told(
    'docs/operations.md',
    /the most (?=`blobmirror.health.problems` that make)/,
    'the sum of ',
  );
  expect(said).toContainEqual(expect.stringMatching(/health-failing measures the most .*, and the sum of/));
});
