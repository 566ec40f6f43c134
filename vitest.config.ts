import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Simulators are the slow part and the machine has few cores: two test files at a time.
    maxWorkers: 2,
  },
});
