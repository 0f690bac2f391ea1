import { defineConfig } from 'vite';

/** The page at `/`: src/dashboard to dist/dashboard. The folder is small, and its files are named for their content. */
export default defineConfig({
  root: 'src/dashboard',
  logLevel: 'warn',
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
});
