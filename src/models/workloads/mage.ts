import { imageName } from '../jvm/images.js';
import type { Container } from './model.js';

/** Mage keeps its project (pipelines, run history, secrets) below this directory. */
export const MAGE_PROJECT = '/home/src';

export const isMage = (container: Container): boolean =>
  container.role === 'main' &&
  /(?:^|\/)mageai\/mageai$/.test(imageName(container.built?.base ?? container.image?.value ?? '') ?? '');
