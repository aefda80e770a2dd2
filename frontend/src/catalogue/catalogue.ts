import { Catalog } from '@a2ui/web_core/v0_9';
import list from '../../../app/surface/catalogue.json';
import { GroupTableApi, MetricApi } from './count.js';
import { SplitApi, StackApi } from './layout.js';
import { NoticeApi } from './notice.js';
import { ProseApi } from './prose.js';
import { DataTableApi, MailListApi } from './rows.js';
import { SourcePaneApi } from './source-pane.js';
import { StepsApi } from './steps.js';

/** Every component a surface may be made of; nothing else is drawn. */
export const catalogue = new Catalog(list.id, [
  { ...SplitApi, tagName: 'steward-split' },
  { ...StackApi, tagName: 'steward-stack' },
  { ...ProseApi, tagName: 'steward-prose' },
  { ...SourcePaneApi, tagName: 'steward-source-pane' },
  { ...StepsApi, tagName: 'steward-steps' },
  { ...MetricApi, tagName: 'steward-metric' },
  { ...GroupTableApi, tagName: 'steward-group-table' },
  { ...MailListApi, tagName: 'steward-mail-list' },
  { ...DataTableApi, tagName: 'steward-data-table' },
  { ...NoticeApi, tagName: 'steward-notice' },
]);
