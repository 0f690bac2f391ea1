/** Azurite's name for the one directory that extents lie in. */
export const extentLocation = 'Default';

/**
 * Where extents are: always in the one place. Stands in for Azurite's second database, which is saved apart from the
 * blobs' and may therefore, after a crash, lack an extent that a saved blob refers to. What it holds follows from the
 * files themselves, so there is nothing to keep and nothing to lose.
 */
export function createExtentLocations(): object {
  return {
    init: done,
    close: done,
    clean: done,
    isInitialized: () => true,
    isClosed: () => false,
    updateExtent: done,
    deleteExtent: done,
    getExtentLocationId: () => Promise.resolve(extentLocation),
  };
}

function done(): Promise<void> {
  return Promise.resolve();
}
