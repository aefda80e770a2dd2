import { defineConfig } from 'vite';

// Everything is served by the program itself, under a policy of default-src 'self':
// nothing is inlined as data, and nothing is fetched from anywhere else.
export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': process.env['STEWARD_ADDR'] ?? 'http://127.0.0.1:7777' } },
});
