import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';

/** One key, or every key below a prefix that ends with a slash or is empty. */
export interface HistoryQuestion {
  /** By its name at the source. */
  readonly container: ContainerName;
  readonly path: string;
}

/** @throws BlobmirrorError `request-invalid` */
export function parseHistoryQuestion(text: string): HistoryQuestion {
  const slash = text.includes('/') ? text.indexOf('/') : text.length;
  try {
    return { container: parseContainerName(text.slice(0, slash)), path: text.slice(slash + 1) };
  } catch (cause) {
    throw new BlobmirrorError(
      'request-invalid',
      `${JSON.stringify(text.slice(0, 100))} begins with no container; it should be CONTAINER/PATH or CONTAINER/FOLDER/`,
      { cause },
    );
  }
}
