export { shellCommands, type ShellCommand, type ShellWord } from './lexer.js';
export { installation, type Installation } from './pip.js';
