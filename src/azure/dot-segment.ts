/** Whether a URL would resolve a part of the path away: asked for `a/../b` it would speak of `b`. */
export function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}
