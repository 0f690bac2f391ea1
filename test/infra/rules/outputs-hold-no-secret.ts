import type { Rule } from '../rule.ts';
import { TEMPLATE } from '../../../scripts/infra/sources.ts';

/** What reads a secret: a function of Azure that lists keys, or a property that holds one. */
const SECRET =
  /\blist\w*\(|getSecret\(|connectionstring|instrumentationkey|password|(?:primary|secondary|access)key/i;

/** No output of the template or of a module holds a secret: whoever may read deployments can read outputs. */
export const outputsHoldNoSecret: Rule = ({ sources }) => {
  const messages: (readonly [string, string])[] = [];
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { outputs, parameters = {} } = value as { outputs?: object; parameters?: object };
    const secure = Object.entries(parameters as Readonly<Record<string, { type?: string }>>)
      .filter(([, { type }]) => /^secure/i.test(type ?? ''))
      .map(([name]) => `parameters('${name}')`);
    for (const [name, output] of Object.entries(outputs ?? {})) {
      const text = JSON.stringify(output);
      if (SECRET.test(text) || secure.some((each) => text.includes(each)))
        messages.push([TEMPLATE, `the output ${name} is a secret`]);
    }
    Object.values(value).forEach(search);
  };
  search(JSON.parse(sources.get(TEMPLATE) ?? '{}'));
  return messages;
};
