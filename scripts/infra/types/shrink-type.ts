import type { AzureObject, AzureType } from './azure-type.ts';
import type { Usage } from './usage.ts';

/** A type as Azure/bicep-types-az has it, in its types.json. */
export type RawType = { readonly $type: string } & Readonly<Record<string, unknown>>;

interface RawProperty {
  readonly type: { readonly $ref: string };
  readonly flags: number;
}

const REQUIRED = 1;
const READ_ONLY = 2;

/** Reduces a type to what is used of it. @param usage undefined where nothing is: then one word is left, or the choices */
export function shrinkType(raw: RawType, types: readonly RawType[], usage: Usage | undefined): AzureType {
  const follow = ({ $ref }: { readonly $ref: string }): RawType => {
    const type = types[Number($ref.slice(2))];
    if (type === undefined) throw new Error(`there is no type ${$ref}`);
    return type;
  };
  switch (raw.$type) {
    case 'StringType':
      return 'string';
    case 'StringLiteralType':
      return { enum: [String(raw['value'])] };
    case 'IntegerType':
      return 'int';
    case 'BooleanType':
      return 'bool';
    case 'UnionType': {
      const elements = (raw['elements'] as readonly { readonly $ref: string }[]).map(follow);
      const texts = elements.flatMap(({ $type, value }) =>
        $type === 'StringLiteralType' ? [String(value)] : [],
      );
      return texts.length > 0 ? { enum: texts } : 'any';
    }
    case 'ArrayType':
      if (usage?.items === undefined) return 'array';
      return { items: shrinkType(follow(raw['itemType'] as { readonly $ref: string }), types, usage.items) };
    case 'ObjectType':
      return usage === undefined ? 'object' : shrinkObject(raw, types, usage);
    case 'DiscriminatedObjectType': {
      if (usage === undefined) return 'object';
      const discriminator = String(raw['discriminator']);
      const chosen = usage.properties.get(discriminator)?.texts ?? new Set();
      const variants = Object.entries(raw['elements'] as Readonly<Record<string, { readonly $ref: string }>>);
      return {
        ...shrinkObject({ $type: 'ObjectType', properties: raw['baseProperties'] }, types, usage),
        discriminator,
        variants: Object.fromEntries(
          variants.map(([name, variant]) => [
            name,
            chosen.has(name) ? shrinkObject(follow(variant), types, usage) : null,
          ]),
        ),
      };
    }
    default:
      return 'any';
  }
}

function shrinkObject(raw: RawType, types: readonly RawType[], usage: Usage): AzureObject {
  const properties = Object.entries((raw['properties'] ?? {}) as Readonly<Record<string, RawProperty>>);
  const typeAt = ($ref: string): RawType => types[Number($ref.slice(2))] ?? { $type: 'AnyType' };
  const names = (flag: number): string[] =>
    properties.filter(([, { flags }]) => (flags & flag) !== 0).map(([name]) => name);
  const additional = raw['additionalProperties'] as { readonly $ref: string } | undefined;
  const [required, readOnly] = [names(REQUIRED), names(READ_ONLY)];
  return {
    properties: Object.fromEntries(
      properties.map(([name, { type }]) => [
        name,
        shrinkType(typeAt(type.$ref), types, usage.properties.get(name)),
      ]),
    ),
    ...(required.length > 0 ? { required } : {}),
    ...(readOnly.length > 0 ? { readOnly } : {}),
    ...(additional === undefined
      ? {}
      : { additional: shrinkType(typeAt(additional.$ref), types, usage.properties.get('*')) }),
  };
}
