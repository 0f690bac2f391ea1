/** True, undefined, and that of a client that declares the MD5 of empty content with everything it writes. */
export const MD5S: readonly ((content: string) => string | undefined)[] = [
  (content) => `md5 of ${content}`,
  () => undefined,
  () => 'md5 of nothing',
];
export const HEADERS = [{}, { contentType: 'text/x' }];
