import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A PDF of plain text, one string a page (ISO 32000-1, sections 7.5 and 9.4). */
export function pdf(pages: string[]): Buffer {
  const objects: string[] = ['<< /Type /Catalog /Pages 2 0 R >>', '', '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'];
  const kids: string[] = [];
  for (const text of pages) {
    const lines = text.match(/.{1,80}(\s|$)/g) ?? [text];
    const stream = `BT /F1 11 Tf 50 750 Td 14 TL ${lines.map((l) => `(${l.trim().replace(/[()\\]/g, '\\$&')}) Tj T*`).join(' ')} ET`;
    objects.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${objects.length} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`);
    kids.push(`${objects.length} 0 R`);
  }
  objects[1] = `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`;
  let out = '%PDF-1.4\n';
  const at = objects.map((o, i) => {
    const offset = out.length;
    out += `${i + 1} 0 obj\n${o}\nendobj\n`;
    return offset;
  });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${at.map((o) => `${String(o).padStart(10, '0')} 00000 n \n`).join('')}`;
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}

interface Letter {
  from: string;
  subject: string;
  date: string;
  body: string;
}

export function mbox(letters: Letter[]): string {
  return letters
    .map(
      (m, i) => `From sender@example.org Mon Jan  5 10:00:00 2026
From: ${m.from}
To: Ada <ada@example.org>
Subject: ${m.subject}
Date: ${m.date}
Message-ID: <m${i}@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

${m.body}
`,
    )
    .join('\n');
}

const filler = (topic: string, n: number): string =>
  Array.from({ length: n }, (_, i) => `Paragraph ${i + 1} of the notes on ${topic}. It repeats what the house rules say about ${topic}, and adds nothing that anyone would look for.`).join('\n\n');

const attack = `<img src="//outside.example.org/x" onerror="window.broken=1"><svg onload="window.broken=1">`;
const script = `<script>window.broken=1;fetch('https://outside.example.org/y')</script><style>*{display:none}</style><a href="javascript:window.broken=1">here</a>`;

/** A megabyte without the end of a line. */
export const longLine = `Quarrelsome line. ${'abcdefghi '.repeat(50_000)}${'x'.repeat(500_000)}`;

/** Files that want to be more than text. Each has the word "quarrelsome". */
const hostile: [string, string][] = [
  ['attack.md', `# ${attack} Title\n\nQuarrelsome notes. ${script}\n\n![x](https://outside.example.org/z.png)\n\nTurn \u202eround\u202c and hi\u200bde.\n`],
  ['attack.html', `<html><head><title>&lt;b&gt;Web&lt;/b&gt; page</title><link rel="stylesheet" href="https://outside.example.org/s.css">${script}</head><body onload="window.broken=1">Quarrelsome page. ${attack}</body></html>`],
];

/** The folders of a person: documents of several formats, a mailbox, and files that cannot be read. */
export function writeHome(home: string): { documents: string; mail: string } {
  const documents = join(home, 'Documents');
  const mail = join(home, 'Mail');
  mkdirSync(join(documents, 'House'), { recursive: true });
  mkdirSync(mail, { recursive: true });
  const put = (name: string, content: string | Buffer) => writeFileSync(join(documents, name), content);
  put(
    'House/lease.md',
    `# Lease of Elm Street 12\n\n${filler('parking', 12)}\n\n## Deposit\n\nThe deposit for the flat at Elm Street 12 is 1,450 euros. It is kept in a separate account and is paid back within six weeks after the tenant moves out.\n\n## Keys\n\nThe tenant has received three keys.\n\n${filler('the garden', 12)}\n`,
  );
  put('House/boiler.pdf', pdf([
    'Boiler manual. Model Aqua 30. This first page is about safety. Do not open the casing while the boiler is hot.',
    'Maintenance. The boiler must be serviced every 18 months. The pressure must be between 1.2 and 1.8 bar when cold.',
    'Warranty. The warranty of the boiler ends on 30 June 2029.',
  ]));
  put('travel.txt', 'Packing list for Lisbon.\n\nPassport, charger, the blue notebook, sunscreen.\n\nThe flight to Lisbon leaves on 14 May at 07:25 from gate B12.\n');
  put('budget.csv', 'month,rent,food\nJanuary,980,312\nFebruary,980,287\nMarch,1010,301\n');
  put('会议记录.txt', '项目会议记录\n\n三月十二日的会议决定：新办公室的租金为每月八千元，合同从四月一日开始。\n\n参加者：王芳、李雷。\n');
  put('broken.pdf', '%PDF-1.4\nthis is no PDF after all\n');
  put('hidden.txt', 'Notes about payments.\n\nSend the money to pay\u200bpal.example.org and open invoice\u202efdp.exe at once.\n');
  put('locked.txt', 'nobody reads this');
  chmodSync(join(documents, 'locked.txt'), 0o000);
  const old = new Date('2024-02-03T10:00:00Z');
  for (const [name, content] of hostile) {
    put(name, content);
    // Not among what changed lately, which other steps look at.
    utimesSync(join(documents, name), old, old);
  }
  const letters: Letter[] = [
    { from: '"payments@example.org" <mallory@example.org>', subject: `=?utf-8?B?${Buffer.from(`${attack} invoice\u202efdp.exe`).toString('base64')}?=`, date: 'Sun, 04 Feb 2024 10:00:00 +0100', body: `Quarrelsome letter. ${attack} pay\u200bpal ${script}` },
    { from: 'Grace Miller <grace@example.org>', subject: 'Dinner on Friday', date: 'Fri, 06 Mar 2026 09:12:00 +0100', body: 'Dear Ada,\n\nshall we have dinner on Friday at the Blue Door at half past seven? I have booked a table for four.\n\nGrace' },
    { from: 'Grace Miller <grace@example.org>', subject: 'Re: Dinner on Friday', date: 'Sat, 07 Mar 2026 18:40:00 +0100', body: 'Thank you for a lovely evening. The recipe for the lemon cake needs 200 grams of sugar.\n\nGrace' },
    { from: 'Housing Office <office@example.org>', subject: 'Meter reading', date: 'Mon, 02 Feb 2026 08:00:00 +0100', body: 'Please send the reading of your water meter by 15 February. The last reading was 318 cubic metres.' },
    { from: 'Linus Park <linus@example.org>', subject: 'Bicycle repair', date: 'Tue, 13 Jan 2026 16:20:00 +0100', body: 'Your bicycle is ready. The repair costs 64 euros; the brake pads and one spoke were replaced.' },
    { from: 'Grace Miller <grace@example.org>', subject: 'Book club', date: 'Wed, 15 Apr 2026 20:05:00 +0200', body: 'We read The Leopard next. The book club meets on 6 May at my place.' },
  ];
  for (let i = 1; i <= 40; i++) {
    letters.push({ from: `Newsletter <news@example.org>`, subject: `Weekly letter ${i}`, date: new Date(Date.UTC(2025, 0, 6 + i * 7, 7)).toUTCString().replace('GMT', '+0000'), body: `Weekly letter number ${i} from the gardeners of the town. This week: seeds, soil and patience.` });
  }
  writeFileSync(join(mail, 'inbox.mbox'), mbox(letters));
  return { documents, mail };
}
