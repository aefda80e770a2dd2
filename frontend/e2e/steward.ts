import axe from 'axe-core';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { writeHome } from './fixtures.js';

const root = join(import.meta.dirname, '../..');
const artefacts = join(root, 'artefacts', 'interface');

/** A Steward of its own: a fresh home, a person's folders, the interface served on loopback. */
export interface Steward {
  address: string;
  home: string;
  documents: string;
  mail: string;
  run(...args: string[]): string;
  stop(): Promise<void>;
}

let binary = '';

/** Builds the program once, the way anyone would. */
function build(dir: string): string {
  if (binary === '') {
    binary = process.env['STEWARD_BINARY'] ?? join(dir, process.platform === 'win32' ? 'steward.exe' : 'steward');
    if (!process.env['STEWARD_BINARY']) execFileSync('go', ['build', '-o', binary, '.'], { cwd: root, stdio: 'inherit' });
  }
  return binary;
}

export async function start(): Promise<Steward> {
  const dir = mkdtempSync(join(tmpdir(), 'steward-e2e-'));
  const person = join(dir, 'ada');
  const { documents, mail } = writeHome(person);
  const home = join(dir, 'home');
  const program = build(dir);
  const env = {
    ...process.env,
    HOME: person,
    // The runtime and the models that were got once are used again.
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    STEWARD_HOME: home,
    LANG: 'en_GB.UTF-8',
  };
  const child = spawn(program, ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const address = await addressOf(child);
  return {
    address,
    home,
    documents,
    mail,
    run: (...args) => execFileSync(program, args, { env, encoding: 'utf8', timeout: 120_000 }),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*token=\S+/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
  });
}

export interface Browsing {
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** What the page complained about: errors, refused content, requests that left this machine. */
  complaints: string[];
}

export async function browse(address: string): Promise<Browsing> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
      '--disable-default-apps', '--no-pings', '--disable-domain-reliability', '--disable-features=OptimizationHints,MediaRouter,Translate',
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', colorScheme: 'light', permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (e) => complaints.push(`error: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error') complaints.push(`console: ${m.text()}`);
  });
  page.on('response', (r) => {
    if (r.status() >= 400) complaints.push(`${r.status()} ${r.request().method()} ${r.url()}`);
  });
  page.on('request', (r) => {
    if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(r.url())) complaints.push(`left this machine: ${r.url()}`);
  });
  await page.goto(address);
  return { browser, context, page, complaints };
}

/** Keeps a picture of the page as an artefact. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, `${name}.png`) });
}

/** What axe finds wrong with the page as it is, in one line each. */
export async function faults(page: Page): Promise<string[]> {
  // By evaluate and not as a script element: the page's policy allows no script but its own.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(o: object): Promise<{ violations: { id: string; impact?: string; nodes: { target: unknown; failureSummary?: string }[] }[] }> } }).axe;
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return found.flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${JSON.stringify(n.target)} ${n.failureSummary ?? ''}`));
}

export function keep(name: string, text: string): void {
  mkdirSync(artefacts, { recursive: true });
  writeFileSync(join(artefacts, name), text);
}
