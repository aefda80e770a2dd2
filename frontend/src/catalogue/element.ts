import { A2uiLitElement } from '@a2ui/lit/v0_9';
import { CommonSchemas, type ComponentApi } from '@a2ui/web_core/v0_9';
import { z } from 'zod';
import { FollowLanguage } from '../words/words.js';

/** A property that holds a literal or follows the surface's data. */
export const value = CommonSchemas.DynamicValue;
export const child = CommonSchemas.ComponentId;
export const children = z.array(z.string());

/** A component of a surface: own shadow root, drawn again when the language changes. */
export abstract class SurfaceElement<Api extends ComponentApi> extends A2uiLitElement<Api> {
  constructor() {
    super();
    new FollowLanguage(this);
  }

  /** Styles lie in the shadow root; there is nothing to adopt outside it. */
  protected override adoptLightDomStyles(): void {}

  /** The value of a property as the type its data has; undefined until there is data. */
  protected prop<T>(name: string): T | undefined {
    return (this.controller?.props as Record<string, unknown> | undefined)?.[name] as T | undefined;
  }
}
