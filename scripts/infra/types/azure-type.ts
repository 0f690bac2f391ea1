/**
 * What infra/types/ says of a value: a type in one word, where no more is known or needed, or what it is made of. An
 * object may have the properties that are listed; of those that infra/ does not use, the word alone is kept.
 */
export type AzureType =
  | 'string'
  | 'int'
  | 'bool'
  | 'any'
  | 'object'
  | 'array'
  | { readonly enum: readonly string[] }
  | { readonly items: AzureType }
  | AzureObject;

export interface AzureObject {
  readonly properties: Readonly<Record<string, AzureType>>;
  readonly required?: readonly string[];
  readonly readOnly?: readonly string[];
  /** Of what any other property is; there is none when it is not said. */
  readonly additional?: AzureType;
  /** The property that says which of the variants it is. */
  readonly discriminator?: string;
  /** Null where infra/ does not use it. */
  readonly variants?: Readonly<Record<string, AzureObject | null>>;
}

/** A file of infra/types/. */
export interface TypeFile {
  readonly source: string;
  readonly licence: string;
  /** By `Microsoft.Storage/storageAccounts@2025-01-01`. */
  readonly resources: Readonly<Record<string, AzureObject>>;
}
