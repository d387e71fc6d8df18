export { javaPojo, javaPojoPlaces } from './java.js';
export { jvmModels } from './jvm-models.js';
export { type PojoPlace } from './mentions.js';
export { pythonPojoPlaces } from './python.js';
export { rMarkdownPojo, rPojo } from './r.js';
export { rMarkdownModels, rModels } from './r-models.js';
export { shellPojo } from './shell.js';
