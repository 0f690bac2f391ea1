import type { Identity } from '../../../src/wiring/open-identity.ts';
import type { DocumentStore } from '../../../src/ports/document-store.ts';

/** A worker that may work, whose documents are these. */
export function admitted(documents: DocumentStore): Identity {
  const nothing = async (): Promise<void> => await Promise.resolve();
  return {
    documents,
    admit: nothing,
    guard: nothing,
    mayDelete: nothing,
    renew: nothing,
    refusal: async () => await Promise.resolve(undefined),
  };
}
