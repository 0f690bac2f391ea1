import { test } from 'vitest';
import { renameAndDelete } from '../e2e/support/rename-and-delete.js';
import { startMirroredLakes } from '../e2e/support/start-mirrored-lakes.js';

test('a tree of ten thousand files is renamed by one request and deleted by as many as one directory takes', async () => {
  const measured = await renameAndDelete(await startMirroredLakes(), 10_000);
  const rounded = Object.entries(measured).map(([name, value]) => `${name} ${Number(value).toFixed(1)}`);
  console.info(rounded.join(', '));
});
