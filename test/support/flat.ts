/** What a walk is told of two flat accounts. */
export const FLAT = { hierarchical: false, acl: false } as const;
