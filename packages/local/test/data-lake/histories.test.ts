import fc from 'fast-check';
import { expect, it } from 'vitest';

import { refusalOf } from '../support/two-accounts.ts';
import { type Lake, startLake } from '../support/start-lake.ts';

/** The model of a hierarchical account: paths, with content for files. */
class Model {
  readonly paths = new Map<string, string | undefined>();

  isDirectory(path: string): boolean {
    return path === '' || (this.paths.has(path) && this.paths.get(path) === undefined);
  }

  below(path: string): string[] {
    return [...this.paths.keys()].filter((each) => each.startsWith(`${path}/`));
  }

  /** False when a file is in the place of one of its directories. */
  makeParents(path: string): boolean {
    const above = path.split('/').map((_, depth, segments) => segments.slice(0, depth).join('/'));
    if (above.some((each) => this.paths.get(each) !== undefined)) return false;
    for (const each of above) if (each !== '') this.paths.set(each, undefined);
    return true;
  }

  write(path: string, content: string): boolean {
    if (this.isDirectory(path) || !this.makeParents(path)) return false;
    this.paths.set(path, content);
    return true;
  }

  makeDirectory(path: string): boolean {
    if (this.paths.get(path) !== undefined || !this.makeParents(path)) return false;
    this.paths.set(path, undefined);
    return true;
  }

  rename(from: string, to: string): boolean {
    if (!this.paths.has(from) || !this.isDirectory(to.split('/').slice(0, -1).join('/'))) return false;
    if (from === to) return !this.isDirectory(from);
    if (to.startsWith(`${from}/`) || this.below(to).length > 0) return false;
    if (this.paths.has(to) && this.isDirectory(to) !== this.isDirectory(from)) return false;
    for (const path of [from, ...this.below(from)]) {
      const content = this.paths.get(path);
      this.paths.delete(path);
      this.paths.set(to + path.slice(from.length), content);
    }
    return true;
  }

  remove(path: string, recursive: boolean): boolean {
    const below = this.below(path);
    if (!this.paths.has(path) || (below.length > 0 && !recursive)) return false;
    for (const each of [path, ...below]) this.paths.delete(each);
    return true;
  }
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));
const step = fc.oneof(
  fc.record({ act: fc.constantFrom('write', 'put', 'mkdir', 'remove', 'drop'), path, to: path }),
  fc.record({ act: fc.constant('rename'), path, to: path }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function inModel(model: Model, { act, path: at, to }: Step, content: string): boolean {
  if (act === 'rename') return model.rename(at, to);
  if (act === 'mkdir') return model.makeDirectory(at);
  if (act === 'remove' || act === 'drop') return model.remove(at, act === 'drop');
  return model.write(at, content);
}

async function inLake(lake: Lake, { act, path: at, to }: Step, content: string): Promise<boolean> {
  const { files, source } = lake;
  const call = () => {
    if (act === 'rename') return files.getDirectoryClient(at).move(to);
    if (act === 'mkdir') return files.getDirectoryClient(at).create();
    if (act === 'remove' || act === 'drop') return files.getDirectoryClient(at).delete(act === 'drop');
    if (act === 'put') return source.getBlockBlobClient(at).upload(content, content.length);
    return lake.write(at, content);
  };
  return (await refusalOf(call())) === 'was not refused';
}

it('a hierarchical account agrees with its model after any history', async () => {
  const lake = await startLake();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (history) => {
      const model = new Model();
      for (const [index, each] of history.entries()) {
        const expected = inModel(model, each, `content ${index}`);
        expect([index, each, await inLake(lake, each, `content ${index}`)]).toEqual([index, each, expected]);
      }
      expect((await lake.paths()).toSorted()).toEqual([...model.paths.keys()].toSorted());
      const files = [...model.paths].filter(([, content]) => content !== undefined);
      const read = async (at: string) => String(await lake.files.getFileClient(at).readToBuffer());
      expect(await Promise.all(files.map(async ([at]) => [at, await read(at)]))).toEqual(files);
      for (const top of ['a', 'b', 'c']) await lake.files.getDirectoryClient(top).deleteIfExists(true);
    }),
    { numRuns: 100 },
  );
});
