export { type Files, writeFolders } from './files';
export { renderFiles, UnsoundPlatform } from './render';
export { summary } from './summary';
