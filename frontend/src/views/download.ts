import type { Download } from '../backend/session.js';
import { duration, size, t } from '../words/words.js';

/** The part of a download that is here, from 0 to 1. */
export function downloadShare(d: Download): number {
  const p = d.progress;
  return p && p.total_bytes > 0 ? Math.min(1, p.done_bytes / p.total_bytes) : 0;
}

/** Bytes, rate and time left of a download, in one line. */
export function downloadLine(d: Download): string {
  const p = d.progress;
  if (!p) return t('common.loading');
  const out = [p.step || ''];
  if (p.total_bytes > 0) out.push(t('model.progress', { done: size(p.done_bytes), total: size(p.total_bytes) }));
  else if (p.done_bytes > 0) out.push(size(p.done_bytes));
  if (d.rate > 0) out.push(t('model.rate', { rate: size(d.rate) }));
  const left = p.seconds_left || (d.rate > 0 && p.total_bytes > 0 ? (p.total_bytes - p.done_bytes) / d.rate : 0);
  if (left > 0) out.push(t('status.left', { time: duration(left) }));
  return out.filter(Boolean).join(' · ');
}
