/** How long what is waiting will take, from how it shrank in the last half minute. */
export class Pace {
  private seen: { at: number; waiting: number }[] = [];
  private state = '';

  /** Seconds left, 0 while there is too little to tell. now is in milliseconds. */
  left(state: string, waiting: number, now: number): number {
    const last = this.seen.at(-1);
    if (state !== this.state || (last && waiting > last.waiting)) this.seen = [];
    this.state = state;
    this.seen.push({ at: now, waiting });
    while (this.seen.length > 2 && now - (this.seen[0]?.at ?? now) > 30_000) this.seen.shift();
    const first = this.seen[0];
    if (!first || waiting <= 0 || first.waiting <= waiting || now - first.at < 2000) return 0;
    return (waiting * (now - first.at)) / 1000 / (first.waiting - waiting);
  }
}
