// The contract with the program, as app/httpapi, agent and indexer/query declare it.
// Times are RFC 3339; an absent time is an unknown one.

export type Kind = 'file' | 'mail' | 'event' | 'contact';
export type Route = 'answer' | 'count' | 'list' | 'latest';

export interface Position {
  page?: number;
  line?: number;
  line_end?: number;
  part?: string;
  sheet?: string;
  cell?: string;
  section?: string;
}

export interface Query {
  text?: string;
  kinds?: Kind[];
  formats?: string[];
  from?: string;
  to?: string;
  subject?: string;
  under?: string;
  thread?: string;
  has_attachment?: boolean;
  after?: string;
  before?: string;
  limit?: number;
  offset?: number;
  order?: 'score' | 'newest' | 'oldest' | 'largest' | 'path';
  keyword_only?: boolean;
}

export interface Hit {
  id: string;
  path: string;
  part?: string;
  kind: Kind;
  format: string;
  title: string;
  date?: string;
  from?: string;
  to?: string;
  mailbox?: string;
  size: number;
  passage: string;
  ord: number;
  position: Position;
  /** Byte ranges of the UTF-8 passage that matched. */
  terms?: [number, number][];
  score: number;
  why?: string;
}

export interface Result {
  hits: Hit[] | null;
  /** -1 when no number is meaningful. */
  total: number;
  semantic: boolean;
  notice?: string;
  took_ns: number;
}

export interface Citation {
  n: number;
  id: string;
  path: string;
  kind: Kind;
  title: string;
  date?: string;
  from?: string;
  quote: string;
  ord: number;
  position: Position;
}

export interface Sentence {
  text: string;
  citations?: number[];
  supported: boolean;
}

export interface Step {
  name: string;
  detail: string;
  ms: number;
  usage?: { prompt_tokens: number; reply_tokens: number };
}

export interface Group {
  value: string;
  count: number;
}

export interface Summary {
  model?: string;
  ms: number;
  index_age_seconds: number;
  stopped?: string;
  tokens?: number;
  route?: Route;
  query?: string;
  kinds?: Kind[];
  total: number;
  groups?: Group[];
}

export interface Answer {
  answer: string;
  found: boolean;
  total?: number;
  route: Route;
  stopped?: string;
}

export interface Failure {
  code: string;
  part?: string;
  message: string;
  fix?: string;
}

export interface AskEvent {
  type: 'step' | 'passages' | 'token' | 'done' | 'error' | 'surface';
  answer?: Answer;
  messages?: unknown[];
  error?: Failure;
}

export interface Address {
  name?: string;
  addr: string;
}

export interface Passage {
  ord: number;
  text: string;
  position: Position;
  quoted?: boolean;
}

export interface DocumentView {
  id: string;
  path: string;
  part?: string;
  kind: Kind;
  format: string;
  title: string;
  date?: string;
  language?: string;
  from?: Address;
  to?: Address[];
  cc?: Address[];
  mailbox?: string;
  attachments?: string[];
  parent?: string;
  size: number;
  pages?: number;
  notices?: string[];
  passages?: Passage[];
  stale: boolean;
  missing: boolean;
}

export interface IndexStatus {
  documents: number;
  files: number;
  passages: number;
  embedded: number;
  embeddable: number;
  pending: number;
  state: 'idle' | 'scanning' | 'indexing' | 'embedding' | 'rebuilding' | 'stopped';
  as_of?: string;
  last_scan?: string;
  revision: number;
  notices?: string[];
}

export interface Runtime {
  state: 'ready' | 'starting' | 'absent' | 'no_model' | 'failed';
  endpoint?: string;
  owned: boolean;
  version?: string;
  chat?: string;
  embed?: string;
  message?: string;
  fix?: string;
}

export interface Source {
  path: string;
  kind: 'folder' | 'maildir' | 'mbox' | 'file';
  state: 'watched' | 'scanned' | 'missing' | 'unreadable';
  files: number;
  documents: number;
  failed: number;
  notice?: string;
}

export interface Status {
  version: string;
  home: string;
  index: IndexStatus;
  runtime: Runtime;
  sources: Source[] | null;
  first_run: boolean;
  native: boolean;
}

export interface SuggestedSource {
  path: string;
  kind: string;
  name: string;
}

export interface Directory {
  path: string;
  parent?: string;
  entries: { name: string; path: string; kind: 'folder' | 'maildir' | 'mbox' }[] | null;
}

export type Outcome = 'read' | 'partial' | 'skipped' | 'failed';

export interface CoveredFile {
  path: string;
  outcome: Outcome;
  reason?: string;
  format?: string;
  size: number;
  documents: number;
  at?: string;
}

export interface Coverage {
  read: number;
  partial: number;
  skipped: number;
  failed: number;
  reasons: { outcome: Outcome; reason: string; count: number }[] | null;
  files: CoveredFile[] | null;
  total: number;
}

export interface Settings {
  locale: '' | 'en' | 'zh-Hans';
  theme: '' | 'light' | 'dark';
  motion: '' | 'reduced';
  density: '' | 'compact';
  ollama_host: string;
  chat_model: string;
  embed_model: string;
  semantic: boolean;
  first_run_done: boolean;
}

export interface Model {
  name: string;
  bytes: number;
  parameters?: string;
  role: 'chat' | 'embed';
  in_use: boolean;
  loaded: boolean;
}

export interface ModelAdvice {
  name: string;
  role: 'chat' | 'embed';
  bytes: number;
  memory_bytes: number;
  seconds: number;
  best: boolean;
  why: string;
  from: 'library' | 'packages';
}

export interface Models {
  endpoint: string;
  owned: boolean;
  installed: Model[] | null;
  recommended: ModelAdvice[] | null;
  memory_bytes: number;
  gpu?: string;
  registry: boolean;
}

export interface Progress {
  step: string;
  detail?: string;
  done_bytes: number;
  total_bytes: number;
  seconds_left?: number;
  done: boolean;
  error?: Failure;
}

export interface Check {
  part: string;
  ok: boolean;
  subject?: string;
  message: string;
  fix?: string;
}
