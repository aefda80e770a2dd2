import { defineConfig } from 'vitest/config';

// One real program and one real browser, one file after the other. The model answers at
// its own pace, so the limits are for a stuck run, not for a slow one.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 420_000,
    hookTimeout: 300_000,
  },
});
