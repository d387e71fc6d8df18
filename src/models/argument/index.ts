export {
  argumentOf,
  missingFrom,
  passagesFor,
  textOfMovement,
  type ArguedDecision,
  type Argument,
} from './decisions.js';
export { gateModel, gateResult, type Gate } from './gate.js';
export type { Passage } from './passages.js';
export { isFiller, isPlaceholder, saidIn, sameText, wordsOf } from './substance.js';
export { MOVEMENTS, type Movement } from './words.js';
export { isDocumentName, isRecordPath } from './adr-path.js';
export { recordOf, type DecisionRecord } from './record.js';
export { changedRecords, recordPaths, successorOf, type RecordFile } from './records.js';
export { commitments, type Commitment } from './stance.js';
export { answers, raisesObjection } from './depth.js';
