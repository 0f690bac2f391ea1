import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'a document is overwritten although another worker changed it',
    path: 'src/documents/change-document.ts',
    from: "stored ?? { nothingThere: true })) === 'written')",
    to: 'stored ?? { nothingThere: true })) !== undefined)',
    near: ['test/documents/documents.test.ts'],
  },
  {
    name: 'a document of a newer release is overwritten',
    path: 'src/documents/change-document.ts',
    from: "if (found.state === 'damaged' && isTooNew(found)) throw found.error;",
    to: '',
    near: ['test/documents/documents.test.ts'],
  },
  {
    name: 'members of a newer release are lost when a document is written again',
    path: 'src/documents/change-document.ts',
    from: 'const { success, error } = schema.safeParse(document);\n        if (!success) return { wrong: describeIssue(error) };\n        const { format: _, ...value } = document as { readonly format?: number };',
    to: 'const { success, error, data } = schema.safeParse(document);\n        if (!success) return { wrong: describeIssue(error) };\n        const { format: _, ...value } = data as { readonly format?: number };',
    near: ['test/documents/documents.test.ts'],
  },
];

export default faults;
