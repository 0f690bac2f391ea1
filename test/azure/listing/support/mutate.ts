import fc from 'fast-check';

/** One kind of damage in transit. Places are fractions of the page's length, from 0 to 1. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly byte: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly what: string }
  /** Elements of the page, in the order of their beginnings. */
  | { readonly kind: 'repeat' | 'drop' | 'swap'; readonly at: number };

/** Uniform: `fc.double` draws most of its numbers from very near to 0. */
export const anyPlace = fc.noBias(fc.nat({ max: 999_999 })).map((millionths) => millionths / 1_000_000);
/** Characters that have a meaning in XML, or are not allowed in it. */
const STRANGE =
  '< > & ; \0 <!-- --> <![CDATA[x]]> <?x?> </Blob> <x/> &#0; &#xD; &#xFFFE; &nbsp; &#00000000000065; \uFFFE a="b" <Blob> <Name>x</Name> ]]>'
    .split(' ')
    .concat(' ', '\n', '\r', ' a="b"');
const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: anyPlace, byte: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant('cut'), at: anyPlace, length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    kind: fc.constant('insert'),
    at: anyPlace,
    what: fc.constantFrom(...STRANGE),
  }),
  fc.record({ kind: fc.constantFrom('repeat', 'drop', 'swap'), at: anyPlace }),
);

export const anyMutations = fc.array(anyMutation, { minLength: 1, maxLength: 2 });

export function mutate(page: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce(mutateOnce, page);
}

function mutateOnce(page: Buffer, mutation: Mutation): Buffer {
  const at = Math.floor(mutation.at * (page.length - 1));
  const splice = (from: number, to: number, ...between: readonly Buffer[]): Buffer =>
    Buffer.concat([page.subarray(0, from), ...between, page.subarray(to)]);
  switch (mutation.kind) {
    case 'flip':
      return splice(at, at + 1, Buffer.from([mutation.byte]));
    case 'cut':
      return splice(at, Math.min(page.length, at + mutation.length));
    case 'insert':
      return splice(at, at, Buffer.from(mutation.what));
    case 'repeat':
    case 'drop':
    case 'swap': {
      const leaves = leavesOf(page);
      const index = Math.floor(mutation.at * leaves.length);
      const [here, next] = [leaves[index], leaves[index + 1]];
      if (here === undefined) return page;
      if (mutation.kind === 'drop') return splice(here.from, here.to);
      const element = page.subarray(here.from, here.to);
      if (mutation.kind === 'repeat') return splice(here.to, here.to, element);
      if (next === undefined) return page;
      const between = page.subarray(here.to, next.from);
      return splice(here.from, next.to, page.subarray(next.from, next.to), between, element);
    }
  }
}

/** Complete elements that hold text. */
function leavesOf(page: Buffer): readonly { readonly from: number; readonly to: number }[] {
  const leaves = page.toString('latin1').matchAll(/<([\w-]+)>[^<]*<\/\1>|<[\w-]+ ?\/>/g);
  return [...leaves].map(({ index, 0: text }) => ({ from: index, to: index + text.length }));
}
