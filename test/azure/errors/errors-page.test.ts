import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { errorsPage } from './support/errors-page.ts';

it('docs/errors.md agrees with the tables in the code', async () => {
  const path = fileURLToPath(new URL('../../../docs/errors.md', import.meta.url));
  const page = await format(errorsPage(), { ...(await resolveConfig(path)), parser: 'markdown' });
  await expect(page).toMatchFileSnapshot(path);
});
