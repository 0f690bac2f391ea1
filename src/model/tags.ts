/** Index tags of a blob: at most 10, names and values as they were written. */
export type Tags = Readonly<Record<string, string>>;
