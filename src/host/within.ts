/** The outcome of `promise`, or a rejection once it has taken longer than `ms`. Infinity sets no limit. */
export function within<T>(ms: number, promise: Promise<T>, message: string): Promise<T> {
  if (ms === Infinity) return promise;
  const { promise: limited, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(message)), ms);
  void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  return limited;
}
