import type { Position } from '../backend/types.js';
import { t, type Key } from '../words/words.js';

/** Where a passage lies, as a person would say it; "" for a document without positions. */
export function place(p: Position | undefined): string {
  if (!p) return '';
  const out: string[] = [];
  if (p.part && p.part !== '1') out.push(t('reader.part', { part: p.part }));
  if (p.page) out.push(t('reader.page', { n: p.page }));
  if (p.sheet) out.push(p.cell ? t('reader.cell', { sheet: p.sheet, cell: p.cell }) : t('reader.sheet', { sheet: p.sheet }));
  if (p.line && !p.page && !p.sheet) {
    out.push(
      p.line_end && p.line_end > p.line
        ? t('reader.lines', { from: String(p.line), to: String(p.line_end) })
        : t('reader.line', { n: String(p.line) }),
    );
  }
  return out.join(', ');
}

const formats = ['text', 'markdown', 'html', 'pdf', 'docx', 'xlsx', 'pptx', 'odt', 'mail', 'source', 'csv'];

/** What a person calls a format; one that has no name is shown as it is. */
export const formatName = (format: string | undefined): string =>
  format ? (formats.includes(format) ? t(`format.${format}` as Key) : format.toUpperCase()) : '';
