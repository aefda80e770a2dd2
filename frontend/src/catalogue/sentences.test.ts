import { describe, expect, it } from 'vitest';
import { paragraphs, pieces } from './sentences.js';

describe('citation numbers', () => {
  it('are cut out of the text', () => {
    expect(pieces('The deposit is 900 [1]. Paid in May [2, 3].')).toEqual(['The deposit is 900', 1, '. Paid in May', 2, 3, '.']);
    expect(pieces('none')).toEqual(['none']);
    expect(pieces('[1]')).toEqual([1]);
  });

  it('are not years or code', () => {
    expect(pieces('in [2024] and a[i]')).toEqual(['in [2024] and a[i]']);
  });
});

describe('sentences', () => {
  const s = (text: string) => ({ text, supported: true });
  it('keep their paragraphs and their spaces', () => {
    const got = paragraphs('One. Two.\n- three\n\nFour.', [s('One.'), s('Two.'), s('- three'), s('Four.')]);
    expect(got.map((p) => p.map((x) => x.gap + x.text).join(''))).toEqual(['One. Two.\n- three', 'Four.']);
  });

  it('are all shown, also those that the text words otherwise', () => {
    const got = paragraphs('One two.', [s('One  two.'), s('Three.')]);
    expect(got.map((p) => p.map((x) => x.gap + x.text).join(''))).toEqual(['One  two. Three.']);
  });

  it('of Chinese need no space between', () => {
    const got = paragraphs('押金是九百。五月支付。', [s('押金是九百。'), s('五月支付。')]);
    expect(got[0]!.map((x) => x.gap + x.text).join('')).toBe('押金是九百。五月支付。');
  });
});
