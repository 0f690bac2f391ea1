import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../../e2e/support/temporary-directory.ts';

const MIB = 1024 * 1024;

/** A folder with files of several kinds. */
export async function writeFiles(): Promise<string> {
  const folder = await temporaryDirectory();
  const files: Record<string, Buffer> = {
    'page.html': Buffer.from('<p>hello</p>'),
    'data.json': Buffer.from('{}'),
    empty: Buffer.alloc(0),
    'with space + plus & 100%.txt': Buffer.from('special'),
    'grüße 日本語.txt': Buffer.from('unicode'),
    'sub/folder/deep.txt': Buffer.from('deep'),
    'large.bin': randomBytes(9 * MIB),
  };
  for (let n = 0; n < 20; n++) files[`many/${n}.bin`] = randomBytes(1024);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
