import type { Rule } from '../rule.ts';

/** Built-in roles of Azure: learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const ROLES: Readonly<Record<string, string>> = {
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  '090c5cfd-751d-490a-894a-3ce6f1109419': 'Azure Service Bus Data Owner',
  '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0': 'Azure Service Bus Data Receiver',
  '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39': 'Azure Service Bus Data Sender',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
};
const PAGES = ['docs/deploy.md', 'docs/operations.md'];

/** On the pages a role has the name that Azure has for its id, and a parameter the default of the template. */
export const pagesAreTrue: Rule = ({ sources, template }) =>
  PAGES.flatMap((page) => {
    const text = sources.get(page) ?? '';
    const roles = [...text.matchAll(/^\| ([^|]+?) +\| `([0-9a-f]{8}-[0-9a-f-]{27})` +\|/gm)].map(
      ([, name = '', id = '']) => {
        const own = ROLES[id];
        const message =
          own === undefined
            ? `the id of ${name} is not known: add it to test/infra/rules/pages-are-true.ts`
            : `${id} is ${own}, not ${name}`;
        return [own === name, message] as const;
      },
    );
    const defaults = [...text.matchAll(/`(\w+)` \((\d+)\)/g)].map(([, name = '', value = '']) => {
      const own = template.parameters[name]?.defaultValue;
      return [own === Number(value), `${name} is ${JSON.stringify(own)} by default, not ${value}`] as const;
    });
    return [...roles, ...defaults]
      .filter(([isTrue]) => !isTrue)
      .map(([, message]) => [page, message] as const);
  });
