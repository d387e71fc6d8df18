export { heapSize, type Configured, type HeapSize } from './heap.js';
export { heapOption, hotspotBytes, type HeapOption } from './options.js';
export { imageName, type JvmImage } from './images.js';
export type { JvmLaunch, LaunchOption } from './launch.js';
export { fittingHeap, jvmMemory, type JvmMemory } from './memory.js';
export { memorySection, memorySectionOf } from './picture.js';
