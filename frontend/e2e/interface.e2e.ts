import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { longLine } from './fixtures.js';
import { browse, faults, keep, picture, start, type Browsing, type Steward } from './steward.js';

let steward: Steward;
let b: Browsing;
let page: Page;

beforeAll(async () => {
  steward = await start();
  b = await browse(steward.address);
  page = b.page;
});
afterAll(async () => {
  keep('console.txt', b?.complaints.join('\n') ?? '');
  await b?.browser.close();
  await steward?.stop();
});

const focusedText = () =>
  page.evaluate(() => {
    let e = document.activeElement;
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
    return (e?.getAttribute('role') === 'listbox' ? 'list: ' : '') + (e?.textContent ?? '').trim();
  });

/** Goes on with Tab until the focus is on something with this text. */
async function tabTo(text: string | RegExp): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < 40; i++) {
    const now = await focusedText();
    seen.push(now);
    if (typeof text === 'string' ? now === text : text.test(now)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${text}; it went ${seen.slice(0, 12).join(' | ')}`);
}

describe('the first run', () => {
  it('goes by keyboard alone', async () => {
    await page.getByRole('heading', { name: 'Your files and mail, answered' }).waitFor();
    await picture(page, 'first-run-1-welcome');
    expect.soft(await faults(page)).toEqual([]);

    await page.keyboard.press('Tab');
    await tabTo('Continue');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What may Steward read?' }).waitFor();
    await page.getByRole('checkbox').first().waitFor();
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await tabTo('Choose another folder…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.getByRole('option').first().waitFor();
    await picture(page, 'first-run-2-folder');
    expect.soft(await faults(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Folder' }).focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(`${steward.mail}/inbox.mbox`);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(steward.mail);
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'inbox.mbox' }).waitFor();
    await tabTo(/^list: inbox.mbox/);
    await page.keyboard.press('Space');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await picture(page, 'first-run-2-folders');
    await tabTo('Continue');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Which model answers?' }).waitFor();
    await page.getByRole('heading', { name: 'On this computer' }).waitFor();
    await picture(page, 'first-run-3-model');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await tabTo(/^(Continue|Skip for now)$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ready' }).waitFor();
    await page.getByText('2 sources chosen').waitFor();
    await picture(page, 'first-run-4-ready');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await tabTo('Start using Steward');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Sections' }).waitFor();
  });
});

describe('the day', () => {
  it('shows what was read once it is read', async () => {
    await page.getByRole('heading', { name: 'Recently changed' }).waitFor();
    await page.getByText('could not be read').waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: /Book club/ }).first().waitFor({ timeout: 120_000 });
    await picture(page, 'today');
    expect.soft(await faults(page)).toEqual([]);
  });

  it('opens a document beside, and Escape gives the focus back', async () => {
    const line = page.getByRole('button', { name: /Book club/ }).first();
    await line.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Document' }).getByText('We read The Leopard next').waitFor();
    await picture(page, 'today-reader');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Document' }).waitFor({ state: 'detached' });
    expect(await focusedText()).toContain('Book club');
  });
});

describe('search', () => {
  it('finds as you type, by words and by filters', async () => {
    await page.keyboard.press('Alt+2');
    const box = page.getByRole('textbox', { name: 'Search', exact: true });
    await box.waitFor();
    await page.keyboard.type('weekly letter from:news');
    await page.getByText('40 results').waitFor();
    await picture(page, 'search');
    expect.soft(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove filter from:news' }).click();
    await box.fill('boiler serviced');
    await page.getByRole('option', { name: /boiler/i }).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const reader = page.getByRole('complementary', { name: 'Document' });
    await reader.getByText('Page 2').waitFor();
    await reader.locator('.target mark').first().waitFor();
    await picture(page, 'search-pdf');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('says what it cannot understand, and when nothing matches', async () => {
    const box = page.getByRole('textbox', { name: 'Search', exact: true });
    await box.fill('lease after:yesterday');
    await page.getByText('“yesterday” is not a date').waitFor();
    await box.fill('xylophonequark');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await picture(page, 'search-nothing');
    expect.soft(await faults(page)).toEqual([]);
  });

  it('shows what a document hides', async () => {
    await page.getByRole('textbox', { name: 'Search', exact: true }).fill('notes about payments');
    await page.getByRole('option', { name: /hidden/ }).first().click();
    const reader = page.getByRole('complementary', { name: 'Document' });
    await reader.getByText('U+202E').waitFor();
    expect(await reader.locator('a').count()).toBe(0);
    await page.keyboard.press('Escape');
  });
});

describe('text of others', () => {
  it('stays text, whatever it says', async () => {
    const box = page.getByRole('textbox', { name: 'Search', exact: true });
    const reader = page.getByRole('complementary', { name: 'Document' });
    await box.fill('quarrelsome');
    await page.getByRole('option', { name: /Quarrelsome/ }).nth(2).waitFor();
    await picture(page, 'hostile');
    expect.soft(await faults(page)).toEqual([]);
    for (const told of ['Quarrelsome notes', 'Quarrelsome letter', 'Quarrelsome page']) {
      await page.getByRole('option', { name: told }).first().click();
      await reader.getByText(told).first().waitFor();
      expect(await reader.locator('img, script, style, a, iframe, form').count()).toBe(0);
      if (told === 'Quarrelsome notes') {
        await reader.getByText('U+202E').waitFor();
        await reader.getByText('U+202C').waitFor();
        await picture(page, 'hostile-reader');
        const close = await reader.getByRole('button', { name: 'Close document' }).boundingBox();
        expect((close?.x ?? 9999) + (close?.width ?? 0)).toBeLessThanOrEqual(1280);
        expect.soft(await faults(page)).toEqual([]);
      }
      await page.keyboard.press('Escape');
      await reader.waitFor({ state: 'detached' });
    }
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
  });
});

describe('lists', () => {
  it('are filtered by the slash, and Escape shows all again', async () => {
    const box = page.getByRole('textbox', { name: 'Search', exact: true });
    await box.fill('from:news');
    await page.getByText('40 results').waitFor();
    await box.press('Enter');
    await page.keyboard.press('/');
    const filter = page.getByRole('textbox', { name: 'Filter this list' });
    await filter.waitFor();
    await page.keyboard.type('letter 38');
    await page.getByText('1 of 40').waitFor();
    await picture(page, 'search-filter');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await page.getByRole('complementary', { name: 'Document' }).getByText('Weekly letter number 38').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Document' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await filter.waitFor({ state: 'detached' });
    expect(await focusedText()).toMatch(/^list: Weekly letter/);
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
  });
});

describe('the library', () => {
  it('shows the sources and the index', async () => {
    await page.keyboard.press('Alt+3');
    await page.getByRole('heading', { name: 'Sources' }).waitFor();
    await page.getByText('inbox.mbox').first().waitFor();
    await picture(page, 'library');
    expect.soft(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: /^[/].*Documents$/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await focusedText()).toContain('inbox.mbox');
    await page.keyboard.press('/');
    await page.keyboard.type('folder');
    await page.getByText('1 of 2').waitFor();
    await page.keyboard.press('ArrowDown');
    expect(await focusedText()).toMatch(/Documents$/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^[/].*inbox\.mbox$/ }).waitFor();
  });

  it('tells what became of every file', async () => {
    await page.getByRole('link', { name: 'What was read' }).click();
    await page.getByRole('button', { name: /Failed/ }).click();
    await page.getByRole('option', { name: /broken\.pdf/ }).waitFor();
    await picture(page, 'library-coverage');
    expect.soft(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: /All$/ }).click();
    await page.getByRole('option', { name: /travel\.txt/ }).waitFor();
    await page.getByRole('listbox', { name: 'Files' }).focus();
    await page.keyboard.press('/');
    await page.keyboard.type('boiler pdf');
    await page.getByRole('option', { name: /travel\.txt/ }).waitFor({ state: 'detached' });
    await page.getByRole('option', { name: /boiler\.pdf/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('option', { name: /travel\.txt/ }).waitFor();
  });

  it('removes a source only after asking', async () => {
    await page.getByRole('link', { name: 'Sources' }).click();
    await page.getByRole('button', { name: /^Remove .*inbox\.mbox/ }).click();
    await page.getByRole('heading', { name: 'Remove this source?' }).waitFor();
    await picture(page, 'library-remove');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByText('inbox.mbox').first().waitFor();
  });
});

describe('settings', () => {
  it('show the models and take an address only if it is one', async () => {
    await page.keyboard.press('Alt+4');
    await page.getByRole('heading', { name: 'Appearance' }).waitFor();
    await page.getByRole('heading', { name: 'To download' }).waitFor();
    await picture(page, 'settings');
    expect.soft(await faults(page)).toEqual([]);
    await page.getByLabel('Ollama address').fill('not an address');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Write an address such as').waitFor();
    await page.getByLabel('Ollama address').fill('');
  });
});

describe('the keyboard', () => {
  it('reaches every action from the palette', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await picture(page, 'palette');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.type('today');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Recently changed' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
    await picture(page, 'keys');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('asks from anywhere, and an empty question is told', async () => {
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('STEWARD-APP');
    await page.keyboard.press('Enter');
    await page.getByText('Type a question first.').waitFor();
    await page.keyboard.insertText('x'.repeat(2100));
    await page.keyboard.press('Enter');
    await page.getByText('longer than a question can be').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
  });
});

async function ask(question: string): Promise<void> {
  await page.keyboard.press('Control+l');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(question);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: question }).waitFor();
}

describe('questions that need no model', () => {
  it('are counted exactly', async () => {
    await ask('How many emails from Grace do I have?');
    await page.locator('steward-metric').getByText('3', { exact: true }).waitFor();
    await page.locator('steward-mail-list').getByRole('button', { name: 'Book club' }).waitFor();
    await picture(page, 'count');
    expect.soft(await faults(page)).toEqual([]);
    const mail = page.locator('steward-mail-list');
    await mail.getByRole('button', { name: 'Book club' }).focus();
    await page.keyboard.press('/');
    await page.keyboard.type('dinner');
    await mail.getByText('2 of 3').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await focusedText()).toBe('Dinner on Friday');
    await page.keyboard.press('Escape');
    await mail.getByRole('button', { name: 'Book club' }).waitFor();
  });

  it('say when nothing is found', async () => {
    await ask('How many emails from Zebulon do I have?');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await picture(page, 'nothing-found');
    expect.soft(await faults(page)).toEqual([]);
  });
});

describe('questions for the model', () => {
  it('show the passages at once, then the words, and each citation opens its source at the passage', async () => {
    await ask('What is the deposit for the flat at Elm Street 12?');
    const sources = page.locator('steward-source-pane');
    await sources.getByText('1,450 euros').waitFor();
    await picture(page, 'answer-passages');
    await page.getByRole('button', { name: 'Ask again' }).waitFor({ timeout: 300_000 });
    await picture(page, 'answer');
    expect.soft(await faults(page)).toEqual([]);
    await page.locator('steward-prose').getByText('1,450').first().waitFor();
    await page.getByRole('button', { name: /^Source 1:/ }).first().click();
    const reader = page.getByRole('complementary', { name: 'Document' });
    await reader.locator('.target mark').first().waitFor();
    await page.waitForFunction(() => {
      const pane = document.querySelector('steward-app')?.shadowRoot?.querySelector('steward-reader')?.shadowRoot;
      const text = pane?.querySelector('.text')?.getBoundingClientRect();
      const mark = pane?.querySelector('.target mark')?.getBoundingClientRect();
      return !!text && !!mark && mark.top >= text.top && mark.bottom <= text.bottom;
    });
    await picture(page, 'answer-source');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('stop at once, by Escape', async () => {
    await ask('Summarise everything about the boiler and its warranty');
    await page.getByRole('button', { name: /^Stop/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Stopped' }).waitFor();
    await page.getByRole('button', { name: 'Ask again' }).waitFor();
    await picture(page, 'answer-stopped');
    expect.soft(await faults(page)).toEqual([]);
  });
});

describe('a file that comes later', () => {
  it('may be one line of a megabyte', async () => {
    writeFileSync(join(steward.documents, 'one-line.txt'), longLine);
    await page.keyboard.press('Alt+2');
    await page.getByRole('textbox', { name: 'Search', exact: true }).fill('abcdefghi');
    await page.getByRole('option', { name: /one-line/ }).first().click({ timeout: 120_000 });
    const reader = page.getByRole('complementary', { name: 'Document' });
    await reader.getByText('Quarrelsome line').first().waitFor();
    await picture(page, 'hostile-line');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    await page.keyboard.press('Escape');
    await reader.waitFor({ state: 'detached' });
    await page.getByRole('textbox', { name: 'Search', exact: true }).fill('leopard');
    await page.getByRole('option', { name: /Book club/ }).first().waitFor();
  });
});

describe('languages and looks', () => {
  it('change at once, everywhere', async () => {
    await page.keyboard.press('Alt+4');
    await page.getByText('简体中文').click();
    await page.getByRole('heading', { name: '外观' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hans');
    await picture(page, 'settings-chinese');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Alt+1');
    await page.getByRole('heading', { name: '最近更改' }).waitFor();
    await picture(page, 'today-chinese');
    expect.soft(await faults(page)).toEqual([]);
    await page.keyboard.press('Alt+4');
    await page.getByText('English').click();
    await page.getByRole('heading', { name: 'Appearance' }).waitFor();
  });

  it('are sound on every screen in the dark', async () => {
    await page.getByRole('radio', { name: 'Dark' }).click({ force: true });
    await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    for (const [keys, heading, name] of [['Alt+4', 'Appearance', 'settings'], ['Alt+1', 'Recently changed', 'today'], ['Alt+3', 'Index', 'library']] as const) {
      await page.keyboard.press(keys);
      await page.getByRole('heading', { name: heading }).waitFor();
      await picture(page, `${name}-dark`);
      expect.soft(await faults(page), name).toEqual([]);
    }
    await page.goto(new URL('/#/library/coverage', steward.address).href);
    await page.getByRole('button', { name: /Read in part/ }).waitFor();
    await picture(page, 'library-coverage-dark');
    expect.soft(await faults(page), 'coverage').toEqual([]);
    await page.keyboard.press('Alt+2');
    await page.locator('steward-list').getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Document' }).locator('.passage').first().waitFor();
    await picture(page, 'search-dark');
    expect.soft(await faults(page), 'search').toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('hold at twice the size and in a narrow window', async () => {
    await page.keyboard.press('Alt+1');
    for (const [width, height] of [[640, 400], [380, 700]] as const) {
      await page.setViewportSize({ width, height });
      await page.getByRole('heading', { name: 'Recently changed' }).waitFor();
      await picture(page, `today-${width}`);
      expect.soft(await faults(page), String(width)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});

describe('needs of people', () => {
  it('are met: writing from the right, more contrast, forced colours, less motion', async () => {
    await page.keyboard.press('Alt+2');
    await page.getByRole('textbox', { name: 'Search', exact: true }).fill('quarrelsome');
    await page.getByRole('option', { name: /Quarrelsome/ }).first().click();
    await page.getByRole('complementary', { name: 'Document' }).getByText(/Quarrelsome/).first().waitFor();
    await page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await picture(page, 'rtl');
    expect.soft(await faults(page), 'rtl').toEqual([]);
    const side = await page.evaluate(() => {
      const of = (name: string) => document.querySelector('steward-app')?.shadowRoot?.querySelector(name)?.getBoundingClientRect();
      return { nav: of('nav')?.left ?? 0, main: of('main')?.left ?? 0, reader: of('steward-reader')?.left ?? 0, wide: document.documentElement.scrollWidth };
    });
    expect(side.nav).toBeGreaterThan(side.main);
    expect(side.main).toBeGreaterThan(side.reader);
    expect(side.wide).toBeLessThanOrEqual(1280);
    await page.evaluate(() => document.documentElement.removeAttribute('dir'));
    await page.emulateMedia({ contrast: 'more' });
    await picture(page, 'contrast');
    expect.soft(await faults(page), 'contrast').toEqual([]);
    await page.emulateMedia({ contrast: null, forcedColors: 'active' });
    await picture(page, 'forced-colors');
    await page.emulateMedia({ forcedColors: null, reducedMotion: 'reduce' });
    expect(await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--breathe')))).toBe(0);
    await page.emulateMedia({ reducedMotion: null });
    await page.keyboard.press('Escape');
  });
});

describe('the page', () => {
  it('asked nothing of the outside and broke no rule', () => {
    // Choosing a mailbox as if it were a folder is refused, and the browser says so.
    expect(b.complaints.filter((c) => !c.includes('/api/directory') && !c.includes('Failed to load resource'))).toEqual([]);
  });
});
