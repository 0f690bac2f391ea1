/** Figures by name, on a line. */
export function printMeasured(figures: object): void {
  const parts = Object.entries(figures).map(([name, value]) => `${name} ${Number(value).toFixed(1)}`);
  process.stdout.write(`${parts.join(', ')}\n`);
}
