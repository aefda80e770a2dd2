import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// The components need a browser, so their properties are read from their sources; the
// browser tests then draw each one.
const here = import.meta.dirname;
const list = JSON.parse(readFileSync(join(here, '../../../app/surface/catalogue.json'), 'utf8')) as {
  components: Record<string, Record<string, string>>;
};
const sources = ['layout', 'prose', 'source-pane', 'steps', 'count', 'rows', 'notice'].map((f) => readFileSync(join(here, f + '.ts'), 'utf8')).join('\n');
const registered = readFileSync(join(here, 'catalogue.ts'), 'utf8');

describe('the catalogue of components', () => {
  it('draws exactly what the program may send', () => {
    const apis = [...registered.matchAll(/\.\.\.(\w+)Api, tagName/g)].map((m) => m[1]).sort();
    expect(apis).toEqual(Object.keys(list.components).sort());
  });

  it('takes every property and every option of the list', () => {
    for (const [name, props] of Object.entries(list.components)) {
      const declared = new RegExp(`name: '${name}',\\s*schema(: z\\.object\\(\\{([^;]*?)\\}\\)|\\b)`, 's').exec(sources);
      expect(declared, name).not.toBeNull();
      const text = declared?.[2] ?? /const schema = z\.object\(\{(.*?)\}\)/s.exec(sources)?.[1] ?? '';
      for (const [prop, spec] of Object.entries(props)) {
        expect(text, `${name}.${prop}`).toMatch(new RegExp(`\\b${prop}\\b`));
        for (const option of (spec.split(':')[1] ?? '').split('|').filter(Boolean)) expect(text, `${name}.${prop}`).toContain(`'${option}'`);
      }
    }
  });
});
