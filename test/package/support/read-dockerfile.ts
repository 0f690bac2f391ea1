import { readFile } from 'node:fs/promises';

/** An instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

const DOCKERFILE = new URL('../../../Dockerfile', import.meta.url);

export async function readDockerfile(): Promise<readonly Instruction[]> {
  const text = await readFile(DOCKERFILE, 'utf8');
  return text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name, text: rest.join(' ') };
    });
}

/** What an instruction of this name says; it must be there once. */
export function textOf(instructions: readonly Instruction[], name: string): string {
  const [found, another] = instructions.filter((each) => each.name === name);
  if (found === undefined || another !== undefined) throw new Error(`the Dockerfile should have one ${name}`);
  return found.text;
}

/** The words of a command in its JSON form, which no shell gets to see. */
export function wordsOf(text: string): readonly string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}
