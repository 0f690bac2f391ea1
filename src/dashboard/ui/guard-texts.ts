import { Fragment, options } from 'preact';
import { toPrintable, toPrintableLines } from '../../model/printable.ts';

/** Attributes that a browser shows or reads aloud. */
const SHOWN = ['title', 'aria-label'] as const;

/**
 * Shows invisible characters and those that turn the direction of text as escapes, in every text of the page: names of
 * blobs and reasons are chosen by others. Values of form fields stay as they are, since they are sent.
 */
export function guardTexts(): void {
  // What the library of signals has put there.
  const next = options.vnode?.bind(options);
  options.vnode = (vnode) => {
    if (typeof vnode.type === 'string' || vnode.type === Fragment) guard(vnode.props);
    next?.(vnode);
  };
}

function guard(props: object & { children?: unknown }): void {
  if ('children' in props) props.children = guarded(props.children);
  for (const name of SHOWN) {
    const value: unknown = Reflect.get(props, name);
    if (typeof value === 'string') Reflect.set(props, name, toPrintable(value));
  }
}

function guarded(child: unknown): unknown {
  if (typeof child === 'string') return toPrintableLines(child);
  return Array.isArray(child) ? child.map(guarded) : child;
}
