import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

describe('the time left', () => {
  it('is unknown at first, then follows the rate', () => {
    const pace = new Pace();
    expect(pace.left('indexing', 1000, 0)).toBe(0);
    expect(pace.left('indexing', 990, 1000)).toBe(0);
    expect(pace.left('indexing', 900, 10_000)).toBe(90);
  });

  it('starts afresh when the work changes or grows', () => {
    const pace = new Pace();
    pace.left('indexing', 1000, 0);
    pace.left('indexing', 900, 10_000);
    expect(pace.left('embedding', 800, 20_000)).toBe(0);
    pace.left('embedding', 700, 30_000);
    expect(pace.left('embedding', 5000, 31_000)).toBe(0);
  });

  it('is nothing when nothing waits', () => {
    const pace = new Pace();
    pace.left('indexing', 10, 0);
    expect(pace.left('indexing', 0, 10_000)).toBe(0);
  });
});
