/** Bicep as this project uses it: a subset of the language, in which everything means one thing. */
export interface Position {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

export type Expression = { readonly at: Position } & (
  | StringExpression
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'name'; readonly name: string }
  /** `safe`: null where there is no such property. */
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string; readonly safe: boolean }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'ternary';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | ObjectExpression
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: Expression }
);

/** Pieces of text and what is put in between. */
export interface StringExpression {
  readonly kind: 'string';
  readonly parts: readonly (string | Expression)[];
}

export interface ObjectExpression {
  readonly kind: 'object';
  readonly properties: readonly Property[];
}

export interface Property {
  readonly at: Position;
  readonly key: StringExpression;
  readonly value: Expression;
}

interface Declaration {
  readonly at: Position;
  readonly name: string;
  readonly decorators: ReadonlyMap<string, readonly Expression[]>;
}

export type ValueType = 'string' | 'int' | 'bool' | 'object' | 'array';

export interface Parameter extends Declaration {
  readonly type: ValueType;
  readonly byDefault: Expression | undefined;
}

export interface Variable extends Declaration {
  readonly value: Expression;
}

export interface Output extends Declaration {
  readonly type: ValueType;
  readonly value: Expression;
}

export interface Loop {
  readonly item: string;
  readonly index: string | undefined;
  readonly over: Expression;
}

interface Deployable extends Declaration {
  readonly condition: Expression | undefined;
  readonly loop: Loop | undefined;
  readonly body: ObjectExpression & { readonly at: Position };
}

export interface Resource extends Deployable {
  readonly type: string;
  readonly apiVersion: string;
  readonly isExisting: boolean;
}

export interface Module extends Deployable {
  /** Relative to the file. */
  readonly path: string;
}

export interface BicepFile {
  readonly path: string;
  readonly scope: 'resourceGroup' | 'subscription';
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly variables: ReadonlyMap<string, Variable>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly modules: ReadonlyMap<string, Module>;
  readonly outputs: ReadonlyMap<string, Output>;
}
