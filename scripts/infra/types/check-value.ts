import type { BicepFile, Expression, ObjectExpression, Position } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';
import { propertyOf } from '../bicep/property-of.ts';
import type { OpenProject } from '../open-project.ts';
import type { AzureObject, AzureType } from './azure-type.ts';
import { kindOf } from './kind-of.ts';

export interface Place {
  readonly file: BicepFile;
  readonly project: OpenProject;
  /** `properties.sku.name`, for the message. */
  readonly name: string;
  readonly report: (at: Position, message: string) => void;
}

const UNKNOWN = 'is not in infra/types: npm run infra:types brings it';

/** Compares what is written with what Azure takes. @param isPart one of several objects that are merged */
export function checkValue(expression: Expression, type: AzureType, place: Place, isPart = false): void {
  const { file, project, name, report } = place;
  if (type === 'any' || expression.kind === 'null') return;
  if (expression.kind === 'ternary') {
    checkValue(expression.whenTrue, type, place, isPart);
    checkValue(expression.whenFalse, type, place, isPart);
    return;
  }
  if (expression.kind === 'name') {
    const variable = file.variables.get(expression.name);
    if (variable !== undefined) {
      checkValue(variable.value, type, place, isPart);
      return;
    }
  }
  const wanted = wordOf(type);
  const kind = kindOf(expression, file, project);
  if (kind !== undefined && kind !== wanted) {
    report(expression.at, `${name} is ${kind}; it should be ${wanted}`);
    return;
  }
  if (typeof type === 'string') {
    const isEmpty =
      expression.kind === 'object' ? expression.properties.length === 0 : expression.kind !== 'array';
    if (!isEmpty && (expression.kind !== 'array' || expression.items.length > 0))
      report(expression.at, `what is in ${name} ${UNKNOWN}`);
    return;
  }
  if ('enum' in type) checkChoice(expression, type.enum, place);
  else if ('items' in type) checkItems(expression, type.items, place);
  else if (expression.kind === 'object') checkObject(expression, type, place, isPart);
  else if (expression.kind === 'call' && expression.name === 'union')
    for (const part of expression.args) checkValue(part, type, place, true);
}

function wordOf(type: AzureType): string {
  if (typeof type === 'string') return type;
  if ('enum' in type) return 'string';
  return 'items' in type ? 'array' : 'object';
}

function checkChoice(
  expression: Expression,
  choices: readonly string[],
  { file, name, report }: Place,
): void {
  const text = plainText(expression);
  const [allowed] =
    expression.kind === 'name' ? (file.parameters.get(expression.name)?.decorators.get('allowed') ?? []) : [];
  const texts = text === undefined ? (allowed?.kind === 'array' ? allowed.items.map(plainText) : []) : [text];
  for (const each of texts) {
    if (each !== undefined && !choices.includes(each))
      report(expression.at, `${name} is '${each}'; it should be ${choices.join(' or ')}`);
  }
}

function checkItems(expression: Expression, type: AzureType, place: Place): void {
  const inside = { ...place, name: `${place.name}[]` };
  if (expression.kind === 'array') for (const item of expression.items) checkValue(item, type, inside);
  if (expression.kind !== 'call') return;
  const [first, second] = expression.args;
  if (expression.name === 'map' && second?.kind === 'lambda') checkValue(second.body, type, inside);
  if (expression.name === 'concat' && first !== undefined)
    for (const part of expression.args) checkValue(part, { items: type }, place);
}

function checkObject(
  object: ObjectExpression & { readonly at: Position },
  type: AzureObject,
  place: Place,
  isPart: boolean,
): void {
  const { name, report } = place;
  const known = withVariant(object, type, place);
  if (known === undefined) return;
  for (const { key, value, at } of object.properties) {
    const property = plainText(key);
    const inside = { ...place, name: name === '' ? (property ?? '*') : `${name}.${property ?? '*'}` };
    const own = property === undefined ? undefined : known.properties[property];
    const of = own ?? known.additional;
    if (of === undefined) report(at, `${inside.name} is no property that Azure knows`);
    else if (property !== undefined && known.readOnly?.includes(property) === true)
      report(at, `${inside.name} is Azure's to say, and cannot be set`);
    else checkValue(value, of, inside);
  }
  for (const required of isPart ? [] : (known.required ?? [])) {
    if (propertyOf(object, required) === undefined)
      report(object.at, `${name === '' ? required : `${name}.${required}`} is missing`);
  }
}

/** The object with what the variant adds that it says it is. */
function withVariant(
  object: ObjectExpression & { readonly at: Position },
  type: AzureObject,
  { name, report }: Place,
): AzureObject | undefined {
  const { discriminator, variants } = type;
  if (discriminator === undefined || variants === undefined) return type;
  const said = propertyOf(object, discriminator);
  const text = plainText(said);
  if (text === undefined) {
    if (said === undefined) report(object.at, `${name}.${discriminator} is missing`);
    return undefined;
  }
  const variant = variants[text];
  if (variant === undefined) {
    report(
      object.at,
      `${name}.${discriminator} is '${text}'; it should be ${Object.keys(variants).join(' or ')}`,
    );
    return undefined;
  }
  if (variant === null) {
    report(object.at, `${name} as '${text}' ${UNKNOWN}`);
    return undefined;
  }
  return {
    properties: { ...type.properties, ...variant.properties },
    required: [...(type.required ?? []), ...(variant.required ?? [])],
    readOnly: [...(type.readOnly ?? []), ...(variant.readOnly ?? [])],
    ...(variant.additional === undefined ? {} : { additional: variant.additional }),
  };
}
