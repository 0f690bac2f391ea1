// Lets a child process import the sources as they are: Node strips the types, and this maps `.js` back to `.ts`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL = '' } = context;
    const isOurs =
      specifier.startsWith('.') && parentURL.includes('/src/') && !parentURL.includes('/node_modules/');
    return nextResolve(isOurs ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
